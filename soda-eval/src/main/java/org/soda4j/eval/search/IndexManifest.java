package org.soda4j.eval.search;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.ConfigText;

/**
 * What an index consists of, in the one file whose renaming is a commit.
 *
 * @param version of the format
 * @param generation counts commits
 * @param space of the features
 * @param graphFrom images from which on a graph is kept
 * @param segments in the order in which they were added
 */
record IndexManifest(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) long generation,
        @JsonProperty(required = true) FeatureSpace space,
        @JsonProperty(required = true) int graphFrom,
        @JsonProperty(required = true) List<Part> segments) {

    static final int VERSION = 1;
    static final String FILE = "index.json";

    /**
     * One segment.
     *
     * @param name of its files, without endings
     * @param rows images, deleted ones included
     * @param rowsCrc CRC-32 of the file of rows
     * @param vectorsCrc CRC-32 of the file of features
     * @param inGraph whether all its images are in the graph
     * @param deleted rows that are no more, a bit each, the first row in the lowest bit
     */
    record Part(
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) int rows,
            @JsonProperty(required = true) long rowsCrc,
            @JsonProperty(required = true) long vectorsCrc,
            @JsonProperty(required = true) boolean inGraph,
            @JsonProperty(required = true) byte[] deleted) {}

    static IndexManifest read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    folder + ": expected an index of images, found no " + FILE + " in it");
        }
        try {
            IndexManifest manifest = ConfigText.read(file, IndexManifest.class);
            if (manifest.version != VERSION) {
                throw new IOException(
                        "%s: expected version %d, found %d; this library is older than the index"
                                .formatted(file, VERSION, manifest.version));
            }
            return manifest;
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    void write(Path folder) throws IOException {
        AtomicFile.write(
                folder.resolve(FILE), ConfigText.toJson(this).getBytes(StandardCharsets.UTF_8));
    }
}
