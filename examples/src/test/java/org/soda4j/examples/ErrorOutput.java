package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command says when it fails, in the process's own error stream. */
final class ErrorOutput {

    private ErrorOutput() {}

    /** Runs a command that has to end with a code; returns the one line that it says. */
    static String line(String command, int code) {
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(Examples.execute(new Examples(), command.split(" "))).isEqualTo(code);
        } finally {
            System.setErr(before);
        }
        String line = printed.toString(StandardCharsets.UTF_8).strip();
        assertThat(line).isNotEmpty().doesNotContain("\n");
        return line;
    }
}
