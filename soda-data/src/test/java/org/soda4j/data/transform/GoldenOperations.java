package org.soda4j.data.transform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.image.PixelBuffer;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;

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

    private GoldenOperations(SafetensorsFile file) throws IOException {
        input = pixels(file, "input");
        JsonNode config = new ObjectMapper().readTree(file.metadata().get("config"));
        for (JsonNode operation : config.get("ops")) {
            String name = "out." + operation.get("name").asText();
            cases.add(new Case(operation, pixels(file, name)));
        }
    }

    static GoldenOperations read(String resource) {
        try {
            Path path = Path.of(GoldenOperations.class.getResource("/golden/" + resource).toURI());
            try (SafetensorsFile file = Safetensors.open(path)) {
                return new GoldenOperations(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Pixels pixels(SafetensorsFile file, String name) throws IOException {
        ByteBuffer buffer = file.buffer(name);
        byte[] samples = new byte[buffer.remaining()];
        buffer.get(samples);
        long[] shape = file.shape(name).getShape();
        return new Pixels((int) shape[0], (int) shape[1], samples);
    }
}
