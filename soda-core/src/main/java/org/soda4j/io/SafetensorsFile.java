package org.soda4j.io;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * An open safetensors file whose header has been checked. Tensors are read or mapped one by one, so
 * the file may have any size; one tensor has at most 2 GiB. Safe for use by several threads.
 */
public final class SafetensorsFile implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final long dataStart;

    private SafetensorsFile(
            Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.dataStart = dataStart;
    }

    static SafetensorsFile open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            long size = channel.size();
            refuseForeign(file, channel, size);
            if (size < Long.BYTES) {
                throw new SafetensorsException(
                        file, "expected at least 8 bytes of header length, found " + size);
            }
            long length = readFully(file, channel, 0, Long.BYTES).getLong();
            // A length above 2^63 reads as negative.
            if (length < 0 || length > Safetensors.MAX_HEADER_BYTES) {
                throw new SafetensorsException(
                        file,
                        "expected a header of at most %d bytes, found %s"
                                .formatted(
                                        Safetensors.MAX_HEADER_BYTES,
                                        Long.toUnsignedString(length)));
            }
            if (length > size - Long.BYTES) {
                throw new SafetensorsException(
                        file,
                        "expected a header of %d bytes, found a file of %d"
                                .formatted(length, size));
            }
            byte[] text = readFully(file, channel, Long.BYTES, (int) length).array();
            long dataStart = Long.BYTES + length;
            return new SafetensorsFile(
                    file, channel, new SafetensorsHeader(file, text, size - dataStart), dataStart);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    /**
     * The file's path.
     *
     * @return the path it was opened with
     */
    public Path path() {
        return file;
    }

    /**
     * The free text in the header.
     *
     * @return key to text, unmodifiable, empty if there is none
     */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * The names of the tensors.
     *
     * @return the names in the order of their data, unmodifiable
     */
    public Set<String> names() {
        return header.tensors().keySet();
    }

    /**
     * What the header says of a tensor's shape.
     *
     * @param name one of {@link #names()}
     * @return its shape; the empty shape is a scalar
     * @throws SafetensorsException if there is no such tensor
     */
    public Shape shape(String name) throws SafetensorsException {
        return info(name).shape();
    }

    /** What the header says of a tensor. */
    TensorInfo info(String name) throws SafetensorsException {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new SafetensorsException(
                    file,
                    "expected a tensor '%s', found none among %d: %s%s"
                            .formatted(
                                    name,
                                    names().size(),
                                    names().stream().limit(8).toList(),
                                    names().size() > 8 ? " and more" : ""));
        }
        return info;
    }

    /**
     * Maps a tensor's bytes; needs no engine. The mapping outlives {@link #close()} and is released
     * when the buffer is garbage; the file must not be shortened before that.
     *
     * @param name one of {@link #names()}
     * @return the elements in row-major order, read-only, little-endian, from position 0
     * @throws SafetensorsException if there is no such tensor or it has more than 2 GiB
     * @throws IOException if the file cannot be mapped
     */
    public ByteBuffer buffer(String name) throws IOException {
        TensorInfo info = info(name);
        if (info.byteCount() > Integer.MAX_VALUE) {
            throw new SafetensorsException(
                    file,
                    "tensor '%s': expected at most %d bytes, found %d"
                            .formatted(name, Integer.MAX_VALUE, info.byteCount()));
        }
        return channel.map(
                        FileChannel.MapMode.READ_ONLY, dataStart + info.begin(), info.byteCount())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads a tensor into an array of its own (not a view of the file).
     *
     * @param name one of {@link #names()}
     * @param manager what the array belongs to, and the device it is put on
     * @return the array, with the shape and the dtype of the file (but bfloat16 is widened to
     *     float32, int16 to int32); the manager or the caller closes it
     * @throws SafetensorsException if there is no such tensor, it has more than 2 GiB, or a boolean
     *     is neither 0 nor 1
     * @throws IOException if the file cannot be read
     */
    public NDArray read(String name, NDManager manager) throws IOException {
        TensorInfo info = info(name);
        long bytes = info.shape().size() * info.dtype().dataType().getNumOfBytes();
        if (bytes > Integer.MAX_VALUE) {
            throw new SafetensorsException(
                    file,
                    "tensor '%s': expected at most %d bytes as %s, found %d"
                            .formatted(name, Integer.MAX_VALUE, info.dtype().dataType(), bytes));
        }
        try (NDManager cpu = manager.newSubManager(Device.cpu())) {
            NDArray array = cpu.create(info.shape(), info.dtype().dataType());
            if (bytes > 0) {
                fill(info, array.toByteBuffer(true));
            }
            NDArray result = array.toDevice(manager.getDevice(), false);
            result.attach(manager);
            return result;
        }
    }

    /**
     * Refuses a tensor that a model cannot have as weights; reads it once, and needs no engine.
     *
     * @param name one of {@link #names()}
     * @throws SafetensorsException if there is no such tensor, an element is NaN or infinite (in
     *     float32, which parameters are), or the name ends in {@code running_var} and an element is
     *     below 0; names the file, the tensor, the index of the first such element and its value
     * @throws IOException if the file cannot be read
     */
    public void requireFinite(String name) throws IOException {
        TensorInfo info = info(name);
        FiniteWeights.require(
                file,
                info,
                (target, at) -> readFully(file, channel, dataStart + info.begin() + at, target));
    }

    /**
     * Reads every tensor. See {@link #read}.
     *
     * @param manager what the arrays belong to
     * @return name to array, in the order of {@link #names()}
     * @throws IOException as for {@link #read}; the arrays read before that are closed
     */
    public Map<String, NDArray> readAll(NDManager manager) throws IOException {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        try {
            for (String name : names()) {
                arrays.put(name, read(name, manager));
            }
            return arrays;
        } catch (Throwable failure) {
            arrays.values().forEach(NDArray::close);
            throw failure;
        }
    }

    /**
     * Closes the file. Arrays and buffers that came from it stay valid.
     *
     * @throws IOException if closing fails
     */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void fill(TensorInfo info, ByteBuffer target) throws IOException {
        switch (info.dtype()) {
            case BF16 -> {
                ByteBuffer source = buffer(info.name());
                IntBuffer bits = target.asIntBuffer();
                while (source.hasRemaining()) {
                    bits.put(source.getShort() << Short.SIZE);
                }
            }
            case I16 -> {
                ByteBuffer source = buffer(info.name());
                IntBuffer values = target.asIntBuffer();
                while (source.hasRemaining()) {
                    values.put(source.getShort());
                }
            }
            case BOOL -> {
                ByteBuffer source = buffer(info.name());
                while (source.hasRemaining()) {
                    byte value = source.get();
                    if (value != 0 && value != 1) {
                        throw new SafetensorsException(
                                file,
                                "tensor '%s': expected booleans 0 or 1, found %d at index %d"
                                        .formatted(info.name(), value, source.position() - 1));
                    }
                    target.put(value);
                }
            }
            // The engine runs on little-endian machines only, so its bytes are the file's. Read,
            // not
            // mapped: a process meets each page of a mapping anew, which takes longer.
            default -> readFully(file, channel, dataStart + info.begin(), target);
        }
    }

    /** No header is so long that its length could be the start of another format. */
    private static void refuseForeign(Path file, FileChannel channel, long size)
            throws IOException {
        int count = (int) Math.min(size, ForeignFormat.START_BYTES);
        ByteBuffer start = readFully(file, channel, 0, count);
        boolean plausible =
                count >= Long.BYTES
                        && start.getLong(0) >= 0
                        && start.getLong(0) <= Safetensors.MAX_HEADER_BYTES;
        String format = plausible ? null : ForeignFormat.of(start.array());
        if (format != null) {
            throw new SafetensorsException(file, "expected safetensors, found " + format);
        }
    }

    private static ByteBuffer readFully(Path file, FileChannel channel, long position, int length)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        readFully(file, channel, position, bytes);
        return bytes.flip();
    }

    /** Fills the rest of a buffer with the bytes from a position in the file on. */
    private static void readFully(Path file, FileChannel channel, long position, ByteBuffer bytes)
            throws IOException {
        long start = position - bytes.position();
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, start + bytes.position()) < 0) {
                throw new SafetensorsException(file, "the file became shorter while it was read");
            }
        }
    }
}
