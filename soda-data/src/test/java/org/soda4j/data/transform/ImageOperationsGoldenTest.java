package org.soda4j.data.transform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.soda4j.data.transform.GoldenOperations.Case;
import org.soda4j.data.transform.GoldenOperations.Pixels;
import org.soda4j.image.PixelBuffer;

/** Every operation against torchvision's and Pillow's output. */
class ImageOperationsGoldenTest {

    private static final GoldenOperations TORCHVISION =
            GoldenOperations.read("image_ops.safetensors");
    private static final GoldenOperations PILLOW = GoldenOperations.read("pillow_ops.safetensors");

    /** Summed in another order than the reference, so that a half may round the other way. */
    private static final Set<String> ROUNDED = Set.of("GaussianBlur");

    static List<Case> torchvision() {
        return TORCHVISION.cases;
    }

    static List<Case> pillow() {
        return PILLOW.cases;
    }

    @ParameterizedTest
    @MethodSource
    void torchvision(Case golden) {
        assertMatches(TORCHVISION.input, golden);
    }

    @ParameterizedTest
    @MethodSource
    void pillow(Case golden) {
        assertMatches(PILLOW.input, golden);
    }

    /** The fixed-point arithmetic is Pillow's, so the bytes are too. */
    private static void assertMatches(Pixels input, Case golden) {
        PixelBuffer image = input.toBuffer();
        JsonNode operation = golden.operation();
        apply(operation, image);
        assertThat(image.width()).isEqualTo(golden.expected().width());
        assertThat(image.height()).isEqualTo(golden.expected().height());
        byte[] expected = golden.expected().samples();
        byte[] found = image.toBytes();
        int different = 0;
        int greatest = 0;
        for (int i = 0; i < expected.length; i++) {
            int difference = Math.abs((expected[i] & 0xFF) - (found[i] & 0xFF));
            different += difference > 0 ? 1 : 0;
            greatest = Math.max(greatest, difference);
        }
        if (ROUNDED.contains(operation.get("op").asText())) {
            assertThat(greatest).isLessThanOrEqualTo(1);
            assertThat(different).isLessThan(expected.length / 100);
        } else {
            assertThat(different).as("samples that differ, by at most " + greatest).isZero();
        }
    }

    private static void apply(JsonNode operation, PixelBuffer image) {
        switch (operation.get("op").asText()) {
            case "resized_crop" -> {
                int size = operation.path("size").asInt();
                new ResizedCrop(
                                operation.get("top").asInt(),
                                operation.get("left").asInt(),
                                operation.get("height").asInt(),
                                operation.get("width").asInt(),
                                operation.path("toHeight").asInt(size),
                                operation.path("toWidth").asInt(size))
                        .apply(image);
            }
            case "hflip" -> new HorizontalFlip().apply(image);
            case "Hue" -> ColorAdjustment.HUE.apply(image, operation.get("magnitude").asDouble());
            case "Grayscale" -> {
                new Grayscale(1).apply(image);
                new Grayscale(3).apply(image, new Random(1));
            }
            case "GaussianBlur" ->
                    new GaussianBlur(operation.get("kernelSize").asInt())
                            .apply(image, operation.get("sigma").asDouble());
            default ->
                    ImageOperation.byName(operation.get("op").asText())
                            .apply(image, operation.get("magnitude").asDouble());
        }
    }
}
