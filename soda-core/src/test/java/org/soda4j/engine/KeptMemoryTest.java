package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** In processes of their own, for the settings are for good. */
class KeptMemoryTest {

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "glibc's allocator")
    void blocksOfAnySizeAreKept() throws Exception {
        // As the allocator is, all six are new. Two may be: the JVM's own may lie where one was.
        // If only the heap's end were trimmed, three.
        assertThat(12 * faults()).isLessThan(5 * faults("-Dorg.soda4j.allocator=system"));
    }

    private static long faults(String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(KeptMemoryProgram.class.getName());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        // The tests run with one arena, which applications do not.
        builder.environment().keySet().removeIf(name -> name.startsWith("MALLOC_"));
        Process process = builder.start();
        try {
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).isZero();
            return Long.parseLong(out.strip());
        } finally {
            process.destroy();
        }
    }
}
