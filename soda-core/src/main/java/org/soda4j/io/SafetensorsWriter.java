package org.soda4j.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Lays out and streams one safetensors file; everything is checked before the first byte. */
final class SafetensorsWriter {

    private static final int ALIGNMENT_BYTES = 8;

    private record Entry(String name, Dtype dtype, NDArray array) {
        long byteCount() {
            return array.getShape().size() * dtype.bytes();
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final byte[] header;

    SafetensorsWriter(Map<String, NDArray> tensors, Map<String, String> metadata) {
        tensors.forEach((name, array) -> entries.add(entry(name, array)));
        entries.sort(
                Comparator.comparing((Entry entry) -> -entry.dtype().bytes())
                        .thenComparing(Entry::name));
        try {
            header = header(metadata);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot write the header: " + e.getMessage(), e);
        }
    }

    void writeTo(WritableByteChannel channel) throws IOException {
        ByteBuffer length =
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(0, header.length);
        AtomicFile.writeFully(channel, length);
        AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
        for (Entry entry : entries) {
            if (entry.byteCount() > 0) {
                write(channel, entry.array());
            }
        }
    }

    /** Writes one array's elements in row-major order, whatever its strides and device. */
    private static void write(WritableByteChannel channel, NDArray array) throws IOException {
        try (NDManager scope = array.getManager().newSubManager();
                NDArray alias = array.reshape(array.getShape())) {
            // toByteBuffer leaves its contiguous CPU copy with the array's manager: here the scope.
            alias.attach(scope);
            AtomicFile.writeFully(channel, alias.toByteBuffer(true));
        }
    }

    private static Entry entry(String name, NDArray array) {
        requireText(name, "a tensor's name");
        if (name.equals(Safetensors.METADATA_KEY)) {
            throw new IllegalArgumentException(
                    "tensor '%s': this name is reserved by the format".formatted(name));
        }
        Objects.requireNonNull(array, () -> "tensor '" + name + "' is null");
        Dtype dtype = Dtype.of(array.getDataType());
        if (dtype == null) {
            throw new IllegalArgumentException(
                    "tensor '%s': expected one of the dtypes float64, float32, float16, int64, int32, int8, uint8, boolean, found %s; convert it first"
                            .formatted(name, array.getDataType()));
        }
        Entry entry = new Entry(name, dtype, array);
        if (entry.byteCount() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "tensor '%s' of shape %s: expected at most %d bytes, found %d; split it"
                            .formatted(
                                    name, array.getShape(), Integer.MAX_VALUE, entry.byteCount()));
        }
        return entry;
    }

    private static void requireText(String text, String what) {
        Objects.requireNonNull(text, () -> what + " is null");
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    what + " has an unpaired surrogate and cannot be written as UTF-8: " + text);
        }
    }

    private byte[] header(Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(Safetensors.METADATA_KEY);
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    requireText(entry.getKey(), "a metadata key");
                    requireText(entry.getValue(), "the metadata of '" + entry.getKey() + "'");
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (Entry entry : entries) {
                long end = offset + entry.byteCount();
                json.writeObjectFieldStart(entry.name());
                json.writeStringField("dtype", entry.dtype().name());
                json.writeFieldName("shape");
                long[] shape = entry.array().getShape().getShape();
                json.writeArray(shape, 0, shape.length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {offset, end}, 0, 2);
                json.writeEndObject();
                offset = end;
            }
            json.writeEndObject();
        }
        return padded(bytes.toByteArray());
    }

    /** Pads with spaces so that the data section starts aligned. */
    private static byte[] padded(byte[] json) {
        int length = (json.length + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
        if (length > Safetensors.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "expected a header of at most %d bytes, found %d; shorten the metadata"
                            .formatted(Safetensors.MAX_HEADER_BYTES, length));
        }
        byte[] header = Arrays.copyOf(json, length);
        Arrays.fill(header, json.length, length, (byte) ' ');
        return header;
    }
}
