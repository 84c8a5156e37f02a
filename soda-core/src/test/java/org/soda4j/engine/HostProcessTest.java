package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Nothing of the host's process changes unless the application asks for it. */
class HostProcessTest {

    @TempDir Path folder;

    @Test
    void nothingChangesByLoadingEncodingSamplingAndTraining() throws Exception {
        assertThat(changes(false)).containsExactly("5 checks");
    }

    /** The same program sees what does change. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "glibc's allocator")
    void whatIsAskedForIsDone() throws Exception {
        assertThat(changes(true))
                .anyMatch(line -> line.matches("loading, .*: allocator: as it was, then set"))
                .anyMatch(line -> line.matches("loading, .*: native log level: \\d, then 2"))
                .anyMatch(line -> line.matches("a step: shutdown hooks: .*soda-shutdown.*"))
                .noneMatch(line -> line.matches("training: shutdown hooks: .*"));
    }

    private List<String> changes(boolean asks) throws Exception {
        Path out = folder.resolve("out.txt");
        Path error = folder.resolve("error.txt");
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:TieredStopAtLevel=1",
                                "--add-opens",
                                "java.base/java.lang=ALL-UNNAMED",
                                "-DOPT_OUT_TRACKING=true",
                                // Else listeners may find fewer threads, until training returns.
                                "-Dorg.soda4j.threads=fixed",
                                "-cp",
                                System.getProperty("java.class.path"),
                                HostProgram.class.getName(),
                                folder.toString(),
                                "" + asks)
                        .redirectOutput(out.toFile())
                        .redirectError(error.toFile());
        builder.environment().remove("TORCH_CPP_LOG_LEVEL");
        builder.environment().put("OMP_NUM_THREADS", "1"); // With more, fewer reach NNPACK.
        Process process = builder.start();
        try {
            assertThat(process.waitFor()).as(Files.readString(error)).isZero();
        } finally {
            process.destroy();
        }
        // libtorch's NNPACK says so where it does not know the processor.
        assertThat(Files.readAllLines(error)).noneMatch(line -> line.contains("NNPACK"));
        return Files.readAllLines(out);
    }
}
