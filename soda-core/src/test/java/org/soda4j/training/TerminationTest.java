package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.training.run.RunFolder;

/** SIGTERM ends a training after the step, with a checkpoint where there is a folder. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGTERM")
class TerminationTest {

    private static final int SIGTERM_EXIT = 128 + 15;

    @TempDir Path folder;

    @Test
    void aTerminatedProcessSavesFirst() throws Exception {
        Path run = folder.resolve("run");
        Path log = folder.resolve("log.txt");
        String last = lastLineOfTerminated(log, run.toString());
        assertThat(last).matches("end \\d+ " + ShutdownStop.REASON);
        long step = Long.parseLong(last.split(" ")[1]);
        assertThat(TinyTraining.newest(run).step()).isEqualTo(step).isGreaterThanOrEqualTo(2);
        assertThat(Files.readString(RunFolder.metrics(run))).hasLineCount((int) (step + step / 3));
        assertThat(Files.readString(log)).contains("the same call goes on with " + run);
        goesOn(run, step);
    }

    /** Under a step the end of the process would take the engine's library away and crash. */
    @Test
    void withoutAFolderTheStepIsFinished() throws Exception {
        Path log = folder.resolve("log.txt");
        assertThat(lastLineOfTerminated(log)).matches("end \\d+ " + ShutdownStop.REASON);
        assertThat(Files.readString(log)).doesNotContain("goes on with");
    }

    private static String lastLineOfTerminated(Path log, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-DOPT_OUT_TRACKING=true",
                                TerminatedTraining.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        List<String> lines;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).as(log.toString()).isEqualTo("step 1");
            assertThat(out.readLine()).isEqualTo("step 2");
            process.toHandle().destroy();
            lines = out.lines().toList();
        } finally {
            process.destroy();
            process.waitFor();
        }
        assertThat(process.exitValue()).isEqualTo(SIGTERM_EXIT);
        return lines.get(lines.size() - 1);
    }

    private static void goesOn(Path run, long step) {
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0).build()) {
            TrainingSummary summary =
                    TerminatedTraining.trainer(soda, manager, run)
                            .listener(TinyTraining.stopAfter(step + 1))
                            .build()
                            .fit();
            assertThat(summary.steps()).isEqualTo(step + 1);
        }
    }
}
