package org.soda4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.training.listener.RunEvent;

/** A bar in a terminal leaves Ctrl-C to Java, whose shutdown hook saves the training. */
class TerminalBarTest {

    private static final Path STATUS = Path.of("/proc/self/status");

    @TempDir Path folder;

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void leavesCtrlCToJava() throws Exception {
        assumeTrue(Files.isReadable(STATUS) && Files.isExecutable(Path.of("/usr/bin/script")));
        // Java leaves a signal alone that was ignored when it started, as in a background job.
        assumeFalse(InATerminal.isIn("SigIgn:", InATerminal.SIGINT));
        // Java reads a class path from a file, so that the shell's quotes cannot matter.
        Path options = folder.resolve("options");
        Files.writeString(
                options,
                "-cp \"" + System.getProperty("java.class.path") + "\"" + System.lineSeparator());
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String command = "'%s' @'%s' '%s'".formatted(java, options, InATerminal.class.getName());
        Process script =
                new ProcessBuilder("script", "-qec", command, "/dev/null")
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectErrorStream(true)
                        .start();
        String printed = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(script.waitFor()).as(printed).isZero();
        assertThat(printed).contains("train", "/9").contains("seen true, SIGINT caught true");
        // It covers the bar, ends its line, and the bar is drawn again.
        assertThat(printed).containsPattern("/9[^\r\n]*\rstep 3: k-NN 47.5 % {50,}\r*\n");
        assertThat(printed.substring(printed.indexOf("k-NN"))).contains("4/9");
    }

    /** What the terminal runs: a bar, and then whether Java still has a handler for SIGINT. */
    static final class InATerminal {

        private static final int SIGINT = 2;

        private InATerminal() {}

        public static void main(String[] args) throws Exception {
            ProgressBarListener listener = new ProgressBarListener();
            listener.begin(new RunEvent.Begin(Instant.EPOCH, 0, 0, 0, 9, 1, 1), reason -> {});
            for (int number = 1; number <= 3; number++) {
                listener.step(step(number));
            }
            // Two updates of the bar, so that its thread has drawn.
            Thread.sleep(1200);
            listener.evaluation(
                    new RunEvent.Evaluation(Instant.EPOCH, 3, 3, 0, Map.of("probe.knn", 0.4751)));
            listener.step(step(4));
            Thread.sleep(1200);
            System.out.printf(
                    "%nseen %s, SIGINT caught %s%n", TerminalBar.isSeen(), isIn("SigCgt:", SIGINT));
            System.out.flush();
            System.exit(0);
        }

        private static RunEvent.Step step(int number) {
            return new RunEvent.Step(
                    Instant.EPOCH,
                    number,
                    number,
                    0,
                    9,
                    1,
                    1,
                    0,
                    0,
                    1,
                    1,
                    Duration.ZERO,
                    Duration.ofMinutes(1));
        }

        private static boolean isIn(String set, int signal) throws IOException {
            String mask =
                    Files.readAllLines(STATUS).stream()
                            .filter(line -> line.startsWith(set))
                            .findFirst()
                            .orElseThrow()
                            .substring(set.length())
                            .strip();
            return (Long.parseUnsignedLong(mask, 16) >> (signal - 1) & 1) == 1;
        }
    }
}
