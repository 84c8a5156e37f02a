package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.soda4j.io.DatasetException;

/** The line in which a program says why it failed. */
class ErrorLineTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new IOException("two\n  lines"), "two lines"),
                Arguments.of(new FileNotFoundException("x: not there"), "x: not there"),
                Arguments.of(new NoSuchFileException("x.npz"), "x.npz: not found"),
                Arguments.of(new AccessDeniedException("x.npz"), "x.npz: permission denied"),
                Arguments.of(new FileSystemException("x", null, "disk full"), "x: disk full"),
                Arguments.of(new FileAlreadyExistsException("x"), "x: FileAlreadyExistsException"),
                Arguments.of(
                        new UncheckedIOException(new NoSuchFileException("x")), "x: not found"),
                Arguments.of(new DatasetException("x", "expected 2 bytes, found 1"), null),
                Arguments.of(new EOFException("at 7"), "EOFException: at 7"),
                Arguments.of(new EOFException(), "EOFException"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void saysWhatAndWhere(Exception failure, String expected) {
        String line = Examples.message(failure);
        assertThat(line).isEqualTo(expected == null ? failure.getMessage() : expected);
    }
}
