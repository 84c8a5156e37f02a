package org.soda4j.io;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads and writes safetensors files, the format in which weights travel between this library and
 * PyTorch.
 *
 * <pre>{@code
 * Safetensors.write(path, Map.of("fc.weight", weight), Map.of("format", "pt"));
 * try (SafetensorsFile file = Safetensors.open(path)) {
 *     NDArray weight = file.read("fc.weight", manager);
 * }
 * }</pre>
 *
 * <p>The format: 8 bytes of little-endian header length, a JSON object from tensor name to dtype,
 * shape and data_offsets (with optional {@code __metadata__} from string to string), then the data.
 * Its definition and the checks of the reader are those of the reference implementation
 * (github.com/huggingface/safetensors).
 */
public final class Safetensors {

    /** The longest header that is read or written, in bytes, as in the reference. */
    static final int MAX_HEADER_BYTES = 100_000_000;

    /** The one key of the header that is no tensor. */
    static final String METADATA_KEY = "__metadata__";

    private Safetensors() {}

    /**
     * Opens a file and checks its whole header; no tensor is read yet.
     *
     * @param file a safetensors file; it must not change while it is open
     * @return the open file; the caller closes it
     * @throws SafetensorsException if the file is malformed in any way
     * @throws IOException if the file cannot be read
     */
    public static SafetensorsFile open(Path file) throws IOException {
        return SafetensorsFile.open(file);
    }

    /**
     * Writes tensors without metadata. See {@link #write(Path, Map, Map)}.
     *
     * @param file the file to make or replace
     * @param tensors name to array
     * @throws IOException if the file cannot be written; the old file, if any, is then untouched
     */
    public static void write(Path file, Map<String, NDArray> tensors) throws IOException {
        write(file, tensors, Map.of());
    }

    /**
     * Writes tensors, whole or not at all: the bytes go to a temporary file in the same folder, are
     * forced to the disk, and take the file's name in one move. Arrays may be on any device and of
     * any memory layout; one at a time is brought to the CPU. The same content gives the same
     * bytes: tensors stand by element size (largest first, so that each is aligned), then by name,
     * and metadata by key.
     *
     * @param file the file to make or replace; its folder must exist
     * @param tensors name to array (float64, float32, float16, int64, int32, int8, uint8 or
     *     boolean); not closed
     * @param metadata free text, stored in the header
     * @throws IllegalArgumentException if a name is reserved or no valid Unicode, or an array has
     *     another dtype or more than 2 GiB; nothing is written then
     * @throws IOException if the file cannot be written; the old file, if any, is then untouched
     */
    public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter(tensors, metadata);
        AtomicFile.write(file, writer::writeTo);
    }

    /**
     * Writes the same bytes as {@link #write(Path, Map, Map)} to a channel, for a caller that makes
     * them durable itself.
     *
     * @param out where the bytes go, from its position on; neither forced nor closed
     * @param tensors name to array; not closed
     * @param metadata free text, stored in the header
     * @throws IllegalArgumentException as above; nothing is written then
     * @throws IOException if the channel refuses bytes; some may have been written
     */
    public static void write(
            WritableByteChannel out, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        new SafetensorsWriter(tensors, metadata).writeTo(out);
    }
}
