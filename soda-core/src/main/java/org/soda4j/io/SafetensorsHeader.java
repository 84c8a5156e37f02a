package org.soda4j.io;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Parses and checks the header of a safetensors file; accepts nothing that is not exact. */
final class SafetensorsHeader {

    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxStringLength(Safetensors.MAX_HEADER_BYTES)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final Path file;
    private final long dataBytes;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

    /**
     * Parses.
     *
     * @param file named in errors
     * @param header the bytes of the JSON text
     * @param dataBytes the bytes of the file after the header
     */
    SafetensorsHeader(Path file, byte[] header, long dataBytes) throws SafetensorsException {
        this.file = file;
        this.dataBytes = dataBytes;
        JsonNode root = parse(header);
        List<TensorInfo> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            requireText(entry.getKey(), "a name in the header");
            if (entry.getKey().equals(Safetensors.METADATA_KEY)) {
                readMetadata(entry.getValue());
            } else {
                found.add(tensor(entry.getKey(), entry.getValue()));
            }
        }
        found.sort(Comparator.comparingLong(TensorInfo::begin).thenComparing(TensorInfo::end));
        requireGapless(found);
        found.forEach(info -> tensors.put(info.name(), info));
    }

    /** The free text, in the file's order, unmodifiable. */
    Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** The tensors by name, in the order of their data, unmodifiable. */
    Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    private JsonNode parse(byte[] header) throws SafetensorsException {
        if (header.length == 0 || header[0] != '{') {
            throw refused("expected a header that starts with '{', found none");
        }
        String text;
        try {
            text = Utf8Text.decode(header, Long.BYTES);
        } catch (CharConversionException e) {
            throw new SafetensorsException(
                    file, "the header is not valid UTF-8: " + e.getMessage(), e);
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new SafetensorsException(
                    file, "the header is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private void readMetadata(JsonNode node) throws SafetensorsException {
        if (!node.isObject()) {
            throw refused("expected __metadata__ to be an object, found " + node.getNodeType());
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            requireText(entry.getKey(), "a metadata key");
            if (!entry.getValue().isTextual()) {
                throw refused(
                        "expected __metadata__ '%s' to be a string, found %s"
                                .formatted(entry.getKey(), entry.getValue().getNodeType()));
            }
            requireText(entry.getValue().textValue(), "a metadata value");
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private TensorInfo tensor(String name, JsonNode node) throws SafetensorsException {
        if (!node.isObject()) {
            throw refused(name, "expected an object, found " + node.getNodeType());
        }
        Set<String> fields = new TreeSet<>();
        node.fieldNames().forEachRemaining(fields::add);
        if (!fields.equals(FIELDS)) {
            throw refused(
                    name, "expected the fields dtype, shape and data_offsets, found " + fields);
        }
        Dtype dtype = Dtype.named(node.get("dtype").textValue());
        if (dtype == null) {
            throw refused(
                    name,
                    "expected a dtype of %s, found %s"
                            .formatted(Arrays.toString(Dtype.values()), node.get("dtype")));
        }
        long[] shape = integers(name, "shape", node.get("shape"));
        long[] offsets = integers(name, "data_offsets", node.get("data_offsets"));
        if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes) {
            throw refused(
                    name,
                    "expected data_offsets [begin, end] with begin <= end <= %d, found %s"
                            .formatted(dataBytes, Arrays.toString(offsets)));
        }
        long expected = byteCount(name, shape, dtype);
        if (offsets[1] - offsets[0] != expected) {
            throw refused(
                    name,
                    "expected %d bytes for %s %s, found data_offsets %s with %d"
                            .formatted(
                                    expected,
                                    dtype,
                                    Arrays.toString(shape),
                                    Arrays.toString(offsets),
                                    offsets[1] - offsets[0]));
        }
        return new TensorInfo(name, dtype, new Shape(shape), offsets[0], offsets[1]);
    }

    private long[] integers(String name, String field, JsonNode node) throws SafetensorsException {
        if (!node.isArray()) {
            throw refused(name, "expected %s to be an array, found %s".formatted(field, node));
        }
        long[] values = new long[node.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode value = node.get(i);
            if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                throw refused(
                        name,
                        "expected %s[%d] to be an integer from 0 to 2^63 - 1, found %s"
                                .formatted(field, i, value));
            }
            values[i] = value.longValue();
        }
        return values;
    }

    private long byteCount(String name, long[] shape, Dtype dtype) throws SafetensorsException {
        try {
            boolean empty = false;
            // Zeros count as one here: the strides of an empty array must not overflow either.
            long bytes = dtype.bytes();
            for (long size : shape) {
                empty |= size == 0;
                bytes = Math.multiplyExact(bytes, Math.max(size, 1));
            }
            return empty ? 0 : bytes;
        } catch (ArithmeticException e) {
            throw refused(name, "the size of shape %s overflows".formatted(Arrays.toString(shape)));
        }
    }

    private void requireGapless(List<TensorInfo> byOffset) throws SafetensorsException {
        long end = 0;
        for (TensorInfo info : byOffset) {
            if (info.begin() != end) {
                throw refused(
                        info.name(),
                        "expected its data to begin at %d, where the data before it ends, found %d (%s)"
                                .formatted(
                                        end,
                                        info.begin(),
                                        info.begin() < end ? "overlap" : "hole"));
            }
            end = info.end();
        }
        if (end != dataBytes) {
            throw refused(
                    "expected the file to end with its last tensor, found %d bytes after it"
                            .formatted(dataBytes - end));
        }
    }

    private void requireText(String text, String what) throws SafetensorsException {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw refused(what + " has an unpaired surrogate");
        }
    }

    private SafetensorsException refused(String name, String problem) {
        return refused("tensor '" + name + "': " + problem);
    }

    private SafetensorsException refused(String problem) {
        return new SafetensorsException(file, problem);
    }
}
