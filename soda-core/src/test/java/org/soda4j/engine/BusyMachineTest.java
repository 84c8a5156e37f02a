package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real process that keeps a core busy; on a machine that does nothing else. */
@Tag("thorough")
class BusyMachineTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Process busy;

    /** Keeps a core busy, for a minute at most. */
    static final class Busy {
        public static void main(String[] args) {
            long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
    }

    @AfterEach
    void end() {
        if (busy != null) {
            busy.destroyForcibly();
        }
    }

    @Test
    void givesUpACoreThatAnotherProcessTakesAndTakesItBack() throws Exception {
        System.clearProperty("org.soda4j.threads");
        PyTorchEngine.require();
        int all = Math.min(JniUtils.getNumThreads(), Runtime.getRuntime().availableProcessors());
        assumeThat(all).isGreaterThan(1);
        assumeThat(System.getenv("OMP_NUM_THREADS")).isNull();
        ThreadTeam.adaptive()
                .during(
                        () -> {
                            assumeThat(reaches(all)).isTrue();
                            busy = start();
                            assertThat(reaches(all - 1)).isTrue();
                            busy.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
                            assertThat(reaches(all)).isTrue();
                            return null;
                        });
    }

    private static Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Busy.class.getName())
                .inheritIO()
                .start();
    }

    private static boolean reaches(int threads) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            ThreadTeam.adjust();
            if (JniUtils.getNumThreads() == threads) {
                return true;
            }
            LockSupport.parkNanos(100_000_000L);
        }
        return false;
    }
}
