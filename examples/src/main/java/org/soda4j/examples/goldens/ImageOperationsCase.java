package org.soda4j.examples.goldens;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.soda4j.data.transform.HorizontalFlip;
import org.soda4j.data.transform.ImageOperation;
import org.soda4j.data.transform.ResizedCrop;
import org.soda4j.image.PixelBuffer;

/** Every image operation of the references, through the public transforms. */
final class ImageOperationsCase {

    /** Operations that copy or count grey levels, where nothing may be rounded otherwise. */
    private static final Set<String> EXACT =
            Set.of(
                    "hflip",
                    "Posterize",
                    "Solarize",
                    "Equalize",
                    "AutoContrast",
                    "TranslateX",
                    "TranslateY",
                    "Identity");

    /** Nearest neighbour, whose ties may fall to either side. */
    private static final Set<String> TIES = Set.of("Rotate", "ShearX", "ShearY");

    private ImageOperationsCase() {}

    static List<Check> run(GoldenFile golden) throws IOException {
        NDArray input = golden.array("input");
        int height = Math.toIntExact(input.getShape().get(0));
        int width = Math.toIntExact(input.getShape().get(1));
        int channels = Math.toIntExact(input.getShape().get(2));
        byte[] pixels = bytes(input);
        List<Check> checks = new ArrayList<>();
        for (JsonNode operation : golden.config().path("ops")) {
            PixelBuffer image = PixelBuffer.of(width, height, channels, pixels.clone());
            apply(operation, image);
            String name = operation.path("name").asText();
            byte[] expected = bytes(golden.array("out." + name));
            checks.addAll(compare(golden.name(), name, operation, expected, image.toBytes()));
        }
        return checks;
    }

    private static byte[] bytes(NDArray array) {
        int[] values = array.toType(DataType.INT32, false).toIntArray();
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static void apply(JsonNode operation, PixelBuffer image) {
        String op = operation.path("op").asText();
        switch (op) {
            case "resized_crop" -> {
                int size = operation.path("size").asInt();
                new ResizedCrop(
                                operation.path("top").asInt(),
                                operation.path("left").asInt(),
                                operation.path("height").asInt(),
                                operation.path("width").asInt(),
                                size,
                                size)
                        .apply(image);
            }
            case "hflip" -> new HorizontalFlip().apply(image);
            default ->
                    ImageOperation.byName(op).apply(image, operation.path("magnitude").asDouble());
        }
    }

    private static List<Check> compare(
            String file, String name, JsonNode operation, byte[] expected, byte[] found) {
        String op = operation.path("op").asText();
        if (expected.length != found.length) {
            return List.of(new Check(file, name + " size", Double.NaN, 0));
        }
        int greatest = 0;
        long sum = 0;
        int different = 0;
        for (int i = 0; i < expected.length; i++) {
            int difference = Math.abs((expected[i] & 0xFF) - (found[i] & 0xFF));
            greatest = Math.max(greatest, difference);
            sum += difference;
            different += difference > 0 ? 1 : 0;
        }
        if (TIES.contains(op)) {
            double share = (double) different / expected.length;
            return List.of(new Check(file, name + " share of samples", share, 0.01));
        }
        if (EXACT.contains(op)) {
            return List.of(new Check(file, name, greatest, 0));
        }
        return List.of(
                new Check(file, name + " greatest", greatest, 2),
                new Check(file, name + " mean", (double) sum / expected.length, 0.5));
    }
}
