package org.soda4j.fuzz;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A reader, and what to read.
 *
 * @param name for messages; begins with the ending of its files
 * @param inputs how many mutated files a round has
 * @param seeds valid files, or what is in them
 * @param text whether they are text
 * @param wrap makes a file of what was mutated, such as an archive
 * @param reader reads a file whole
 * @param documented what it may throw, with the file's name
 */
public record Target(
        String name,
        int inputs,
        List<byte[]> seeds,
        boolean text,
        UnaryOperator<byte[]> wrap,
        Reader reader,
        Set<Class<? extends Exception>> documented) {

    /** Reads a file. */
    @FunctionalInterface
    public interface Reader {
        void read(Path file) throws Exception;
    }

    String fileName() {
        return "input." + name.split(" ")[0];
    }
}
