package org.soda4j.training.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Map;

/** How named arrays become one file and come back. */
interface TensorFormat {

    /** Writes the arrays, on whatever device they are, to a channel that stays open. */
    void write(WritableByteChannel out, Map<String, NDArray> arrays) throws IOException;

    /** Reads all arrays of a file onto the manager's device; they belong to the manager. */
    Map<String, NDArray> read(Path file, NDManager manager) throws IOException;

    /** Refuses a file with a number that is not finite or a negative variance; names it. */
    void requireFinite(Path file) throws IOException;
}
