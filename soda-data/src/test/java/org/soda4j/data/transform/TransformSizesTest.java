package org.soda4j.data.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.PixelNormalization;
import org.soda4j.image.PixelBuffer;

class TransformSizesTest {

    private final ViewRandom random = new ViewRandom(0, 0, 0, 0);

    private static PixelBuffer counting(int width, int height) {
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i + 1);
        }
        return PixelBuffer.of(width, height, 1, pixels);
    }

    @Test
    void shorterSideKeepsProportionsRoundedDown() {
        PixelBuffer wide = counting(50, 31);
        Resize.shorterSide(20).apply(wide);
        assertThat(wide.height()).isEqualTo(20);
        assertThat(wide.width()).isEqualTo(32); // 20 x 50 / 31 = 32.26
        PixelBuffer high = counting(31, 50);
        Resize.shorterSide(20).apply(high);
        assertThat(high.height()).isEqualTo(32);
        assertThat(high.width()).isEqualTo(20);
    }

    @Test
    void centreCropRoundsHalvesToEvenAndPadsWithBlack() {
        // (4 - 1) / 2 = 1.5 rounds to 2, (5 - 2) / 2 = 1.5 too: Python's round.
        PixelBuffer image = counting(5, 4);
        new CenterCrop(1, 2).apply(image, random);
        assertThat(image.toBytes()).containsExactly(13, 14);
        PixelBuffer small = counting(2, 1);
        new CenterCrop(3, 5).apply(small, random);
        assertThat(small.toBytes()).containsExactly(0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void oneBufferServesImagesOfAllSizes() {
        PixelBuffer image = counting(3, 2);
        new ResizedCrop(0, 0, 2, 3, 40, 50).apply(image);
        assertThat(image.length()).isEqualTo(2000);
        image.set(1, 1, 3, new byte[] {1, 2, 3});
        for (ImageOperation operation : ImageOperation.all()) {
            operation.apply(image, operation.magnitude(9, 31, 1, 1));
            assertThat(image.length()).isEqualTo(3);
        }
    }

    @Test
    void conversionFollowsToTensorAndNormalize() {
        PixelNormalization normalization = PixelNormalization.imageNet();
        float[] out = new float[3];
        new PixelConversion(3, List.of(new Normalize(normalization)))
                .convert(PixelBuffer.of(1, 1, 3, new byte[] {0, 51, (byte) 255}), random, out);
        assertThat(out)
                .containsExactly(
                        (0f - 0.485f) / 0.229f, (0.2f - 0.456f) / 0.224f, (1f - 0.406f) / 0.225f);
    }

    /** One in the midst of ours, which go on in single precision behind it. */
    @Test
    void anArrayTransformOfOnesOwnTakesItsPlaceInTheRow() {
        PixelNormalization half = PixelNormalization.symmetric(3);
        ArrayTransform mirror =
                (image, channels, height, width, chance) -> {
                    for (int i = 0; i < channels * height * width; i++) {
                        image[i] = -image[i] / (i + 1);
                    }
                };
        float[] out = new float[8];
        out[6] = 9;
        new PixelConversion(3, List.of(new Normalize(half), mirror, new Denormalize(half)))
                .convert(PixelBuffer.of(2, 1, 3, new byte[] {0, 0, 0, -1, -1, -1}), random, out);
        assertThat(out)
                .containsExactly(
                        1f / 1 * 0.5f + 0.5f,
                        -1f / 2 * 0.5f + 0.5f,
                        1f / 3 * 0.5f + 0.5f,
                        -1f / 4 * 0.5f + 0.5f,
                        1f / 5 * 0.5f + 0.5f,
                        -1f / 6 * 0.5f + 0.5f,
                        9,
                        0);
        new PixelConversion(3, List.of(mirror, new GaussianNoise(0.5)))
                .convert(PixelBuffer.of(2, 1, 3, new byte[6]), random, out);
        assertThat(out[0]).isNotZero();
    }

    @Test
    void impossibleParametersAreRefused() {
        PixelBuffer image = counting(4, 4);
        assertThatThrownBy(() -> new ResizedCrop(2, 0, 3, 1, 8, 8).apply(image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inside 4 x 4");
        assertThatThrownBy(() -> PixelBuffer.of(2, 2, 3, new byte[11]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 12 bytes");
        assertThatThrownBy(() -> new GaussianBlur(9).apply(image, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half the kernel");
        assertThatThrownBy(() -> ImageOperation.byName("Shear"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ShearX");
        assertThatThrownBy(() -> ImageOperation.POSTERIZE.apply(image, 9))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ColorAdjustment.HUE.apply(image, 0.6))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                new PixelConversion(
                                        1, List.of(new Normalize(PixelNormalization.imageNet()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of 1 channels, found 3");
    }
}
