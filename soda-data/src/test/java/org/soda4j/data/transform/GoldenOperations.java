package org.soda4j.data.transform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The image operations in a safetensors file of reference outputs. */
final class GoldenOperations {

    /** One operation with its parameters and the expected samples. */
    record Case(JsonNode operation, Pixels expected) {
        @Override
        public String toString() {
            return operation.path("name").asText();
        }
    }

    /** An image of three channels. */
    record Pixels(int height, int width, byte[] samples) {
        PixelBuffer toBuffer() {
            return PixelBuffer.of(width, height, 3, samples);
        }
    }

    final Pixels input;
    final List<Case> cases = new ArrayList<>();

    private GoldenOperations(JsonNode header, byte[] data) throws IOException {
        input = pixels(header.get("input"), data);
        JsonNode config =
                new ObjectMapper().readTree(header.get("__metadata__").get("config").asText());
        for (JsonNode operation : config.get("ops")) {
            JsonNode entry = header.get("out." + operation.get("name").asText());
            cases.add(new Case(operation, pixels(entry, data)));
        }
    }

    static GoldenOperations read(String resource) {
        try (InputStream in = GoldenOperations.class.getResourceAsStream("/golden/" + resource)) {
            byte[] file = in.readAllBytes();
            int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
            JsonNode header = new ObjectMapper().readTree(file, 8, length);
            return new GoldenOperations(header, Arrays.copyOfRange(file, 8 + length, file.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Pixels pixels(JsonNode entry, byte[] data) {
        JsonNode offsets = entry.get("data_offsets");
        return new Pixels(
                entry.get("shape").get(0).asInt(),
                entry.get("shape").get(1).asInt(),
                Arrays.copyOfRange(data, offsets.get(0).asInt(), offsets.get(1).asInt()));
    }
}
