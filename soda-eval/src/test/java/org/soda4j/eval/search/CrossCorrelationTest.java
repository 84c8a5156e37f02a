package org.soda4j.eval.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.soda4j.image.PixelImage;

/** What the correlation of two pictures is blind to, and what it is not. */
class CrossCorrelationTest {

    private static final int SIDE = 32;

    /** Values of a picture by x and y, the same in all colours. */
    private static byte[] picture(int side, IntUnaryOperator value) {
        byte[] pixels = new byte[side * side * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) value.applyAsInt(i / 3);
        }
        return CrossCorrelation.picture(new PixelImage(side, side, 3, pixels));
    }

    private static int[] noise(int seed) {
        return new Random(seed).ints(SIDE * SIDE, 40, 120).toArray();
    }

    @Test
    void isBlindToBrightnessContrastAndAShift() {
        int[] values = noise(1);
        byte[] plain = picture(SIDE, i -> values[i]);
        assertThat(CrossCorrelation.of(plain, plain)).isCloseTo(1, within(1e-12));
        assertThat(CrossCorrelation.of(plain, picture(SIDE, i -> 2 * values[i] + 10)))
                .isCloseTo(1, within(1e-12));
        assertThat(CrossCorrelation.of(plain, picture(SIDE, i -> 255 - values[i])))
                .isCloseTo(-1, within(1e-12));
        // Smooth enough that the correlation without a shift is worth a second look.
        IntUnaryOperator hill = i -> 4 * (i % SIDE) + 3 * (i / SIDE);
        IntUnaryOperator wave = i -> (int) (30 * Math.sin(i % SIDE / 2.0)) + hill.applyAsInt(i);
        byte[] moved =
                picture(SIDE, i -> wave.applyAsInt(Math.min(i + 1, i / SIDE * SIDE + SIDE - 1)));
        assertThat(CrossCorrelation.of(picture(SIDE, wave), moved)).isCloseTo(1, within(1e-12));
    }

    /** Of two pictures of +-1 around a mean that differ in a quarter of their pixels: 1 - 2/4. */
    @Test
    void isThatOfItsDefinition() {
        byte[] columns = picture(SIDE, i -> i % 2 == 0 ? 90 : 110);
        byte[] partly = picture(SIDE, i -> (i % 2 == 0) == (i / SIDE < 24) ? 90 : 110);
        assertThat(CrossCorrelation.of(columns, partly)).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void differentPicturesAndThoseOfOneColourDoNotAgree() {
        int[] one = noise(1);
        int[] other = noise(2);
        byte[] plain = picture(SIDE, i -> one[i]);
        assertThat(CrossCorrelation.of(plain, picture(SIDE, i -> other[i]))).isBetween(-0.2, 0.2);
        assertThat(CrossCorrelation.of(plain, picture(SIDE, i -> 7))).isZero();
    }

    @Test
    void takesAnySizeAndGrey() {
        byte[] grey = new byte[64 * 96];
        byte[] colour = new byte[3 * 64 * 96];
        for (int i = 0; i < grey.length; i++) {
            grey[i] = (byte) (i % 64 * 2 + i / 64);
            colour[3 * i] = colour[3 * i + 1] = colour[3 * i + 2] = grey[i];
        }
        byte[] first = CrossCorrelation.picture(new PixelImage(64, 96, 1, grey));
        byte[] second = CrossCorrelation.picture(new PixelImage(64, 96, 3, colour));
        assertThat(first).isEqualTo(second);
    }
}
