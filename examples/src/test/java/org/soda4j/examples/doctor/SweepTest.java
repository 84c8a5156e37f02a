package org.soda4j.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.soda4j.examples.doctor.Row.Verdict;

/** A case that ends its process is a row, and the sweep goes on. */
class SweepTest {

    private final List<String> engines = new ArrayList<>();
    private final List<Integer> progress = new ArrayList<>();

    private List<Row> run(Duration budget, String... kinds) throws Exception {
        return new Sweep(FaultyCases.class, List.of(kinds), Map.of(), budget)
                .run(engines::add, progress::add);
    }

    @Test
    void everyEndIsARowAndWhatFollowsIsRun() throws Exception {
        List<Row> rows =
                run(
                        Duration.ofMinutes(5),
                        "right",
                        "wrong",
                        "halt",
                        "exception",
                        "no number",
                        "fast");
        assertThat(rows)
                .extracting(Row::verdict)
                .containsExactly(
                        Verdict.OK,
                        Verdict.WRONG,
                        Verdict.CRASHED,
                        Verdict.FAILED,
                        Verdict.WRONG,
                        Verdict.OK);
        assertThat(rows.get(2).shape()).isEqualTo("halt");
        assertThat(rows.get(2).detail()).isEqualTo("SIGFPE");
        assertThat(rows.get(3).detail()).isEqualTo("IllegalStateException: no such operator");
        assertThat(rows.get(5).outcome().speed()).isEqualTo("1.50 x");
        assertThat(engines).containsExactly("none");
        assertThat(progress).isSorted().endsWith(6);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aSignalIsNamed() throws Exception {
        List<Row> rows = run(Duration.ofMinutes(5), "signal", "right");
        assertThat(rows).extracting(Row::verdict).containsExactly(Verdict.CRASHED, Verdict.OK);
        assertThat(rows.get(0).detail()).startsWith("SIGFPE");
    }

    @Test
    void aProcessThatDoesNotBeginIsNotTriedForEveryCase() throws Exception {
        List<Row> rows = run(Duration.ofMinutes(5), "right", "no engine", "right");
        assertThat(rows).hasSize(3).allMatch(row -> row.verdict() == Verdict.NOT_RUN);
        assertThat(rows.get(0).detail()).isEqualTo("exit code 3 in the library is not there");
        assertThat(engines).isEmpty();
    }

    @Test
    void nothingIsRunWithoutTime() throws Exception {
        List<Row> rows = run(Duration.ZERO, "right", "right");
        assertThat(rows).hasSize(2).allMatch(row -> row.verdict() == Verdict.NOT_RUN);
        assertThat(rows.get(1).detail()).isEqualTo("the time was up");
    }

    /** What a JVM prints when a library divides by zero. */
    @Test
    void theReportOfAJvmTellsTheLibrary() {
        List<String> report =
                List.of(
                        "#",
                        "# A fatal error has been detected by the Java Runtime Environment:",
                        "#",
                        "#  SIGFPE (0x8) at pc=0x00007f3a51d2c9aa, pid=4242, tid=4243",
                        "#",
                        "# Problematic frame:",
                        "# C  [libtorch_cpu.so+0x84c9aa]  est_eff_1x1+0x2aa",
                        "#",
                        "# An error report file is saved");
        assertThat(Ending.of(134, report))
                .hasToString("SIGFPE in [libtorch_cpu.so+0x84c9aa]  est_eff_1x1+0x2aa");
        assertThat(Ending.of(137, List.of())).hasToString("SIGKILL");
        assertThat(Ending.of(1, List.of("OutOfMemoryError", "")))
                .hasToString("exit code 1 in OutOfMemoryError");
    }
}
