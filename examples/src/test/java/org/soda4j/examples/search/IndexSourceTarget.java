package org.soda4j.examples.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The reader of what {@code search build} writes beside an index, for malformed files. */
public final class IndexSourceTarget {

    public static final String SEED =
            """
            {"images": "photos/holidays", "model": "run"}
            """;

    private IndexSourceTarget() {}

    /** Reads a file as that of an index in a folder. */
    public static void read(Path folder, Path file) throws IOException {
        Path index = Files.createDirectories(folder.resolve("index-of-source"));
        Files.write(index.resolve("source.json"), Files.readAllBytes(file));
        IndexSource.read(index).orElseThrow().folder();
    }
}
