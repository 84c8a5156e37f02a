package org.soda4j.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.soda4j.examples.doctor.Row.Verdict;

class ReportTest {

    private static final Row RIGHT = row("packed", "fp32", new Outcome(2e-6, 1e-5, "", ""));
    private static final Row BETTER = row("packed", "fp32", new Outcome(1e-6, 1e-5, "", ""));
    private static final Row SPEED = row("packed", "fp32", Outcome.measured("1.42 x", ""));
    private static final Row SLOW = row("doubling", "bf16", Outcome.measured("0.80 x", ""));
    private static final Row WRONG = row("doubling", "bf16", new Outcome(0.3, 4e-2, "", ""));
    private static final Row PLAIN_WRONG =
            row("convolution", "fp32", new Outcome(Double.NaN, 1e-5, "", ""));
    private static final Row CRASHED =
            new Row("packed", "fp32", "256 to 1024", Verdict.CRASHED, null, "SIGFPE in x");

    private static Row row(String family, String precision, Outcome outcome) {
        return new Row(
                family,
                precision,
                "the shape",
                outcome.passed() ? Verdict.OK : Verdict.WRONG,
                outcome,
                outcome.detail());
    }

    private static Report report(Row... rows) {
        return new Report(Stream.of(rows).toList(), false);
    }

    @Test
    void aFamilyIsALineWithItsWorst() {
        Report report = report(RIGHT, BETTER, SPEED);
        assertThat(report.table())
                .containsExactly(
                        "family                 cases  error    bound  speed                 verdict",
                        "packed           fp32      2  2.0e-06  1e-05  1.42 x                ok");
        assertThat(report.isSound()).isTrue();
        assertThat(report.verdict())
                .containsExactly("Nothing is wrong: 3 cases. Nothing has to be set.");
    }

    @Test
    void whatIsWrongIsNamedWithWhatToSet() {
        Report report = report(RIGHT, CRASHED, WRONG);
        assertThat(report.isSound()).isFalse();
        assertThat(report.table())
                .contains(
                        "packed           fp32      2  2.0e-06  1e-05  -                     1 CRASHED",
                        "doubling         bf16      1  3.0e-01  4e-02  -                     1 WRONG",
                        "CRASHED: packed fp32, 256 to 1024: SIGFPE in x",
                        "WRONG: doubling bf16, the shape: error 3.0e-01, allowed 4e-02");
        assertThat(report.verdict().get(0)).endsWith("Set -Dorg.soda4j.kernels=-packed,-doubling.");
    }

    @Test
    void plainOperatorsHaveNoProperty() {
        Report report = report(RIGHT, PLAIN_WRONG);
        assertThat(report.isSound()).isFalse();
        assertThat(report.verdict())
                .singleElement()
                .asString()
                .contains("ONEDNN_MAX_CPU_ISA=AVX2")
                .doesNotContain("org.soda4j.kernels");
    }

    @Test
    void slowIsToldButNotWrong() {
        Report report = report(RIGHT, SLOW);
        assertThat(report.isSound()).isTrue();
        assertThat(report.verdict().get(1)).contains("doubling", "=-doubling leaves out");
    }

    @Test
    void whatWasNotRunIsNotSound() {
        Report report = report(RIGHT, Row.of(caseOf(), Verdict.NOT_RUN, "the time was up"));
        assertThat(report.isSound()).isFalse();
        assertThat(report.verdict())
                .containsExactly("1 cases were not run, so they may hide anything.");
    }

    private static CheckCase caseOf() {
        return new FaultyCases(List.of("right")).cases().get(0);
    }
}
