package org.soda4j.data.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.image.PixelBuffer;

/**
 * Random parameters against the distributions of torchvision's documentation. Shares are compared
 * within five standard errors; seeds are fixed, so a test that passes once passes always.
 */
class TransformDistributionTest {

    private static final int DRAWS = 20_000;

    private final ViewRandom random = new ViewRandom(1, 0, 0, 0);

    private static void assertShare(int hits, int draws, double expected) {
        double error = Math.sqrt(expected * (1 - expected) / draws);
        assertThat((double) hits / draws).isCloseTo(expected, within(5 * error));
    }

    /** Kolmogorov and Smirnov's statistic; 1.95 / sqrt(n) is exceeded once in a thousand. */
    private static void assertUniform(double[] values, double from, double to) {
        Arrays.sort(values);
        double greatest = 0;
        for (int i = 0; i < values.length; i++) {
            double share = (values[i] - from) / (to - from);
            greatest = Math.max(greatest, Math.abs(share - (i + 0.5) / values.length));
        }
        assertThat(greatest).isLessThan(1.95 / Math.sqrt(values.length));
    }

    @Test
    void cropAreasRatiosAndPlaces() {
        RandomResizedCrop crop = new RandomResizedCrop(32);
        double[] areas = new double[DRAWS];
        double[] ratios = new double[DRAWS];
        double[] tops = new double[DRAWS];
        double[] lefts = new double[DRAWS];
        int small = 0;
        for (int i = 0; i < DRAWS; i++) {
            ResizedCrop drawn = crop.draw(2000, 2000, random);
            double area = (double) drawn.width() * drawn.height() / 4e6;
            assertThat(area).isBetween(0.0799, 1.0);
            assertThat((double) drawn.width() / drawn.height()).isBetween(0.748, 1.337);
            if (area < 0.75) {
                areas[small] = area;
                ratios[small] = Math.log((double) drawn.width() / drawn.height());
                tops[small] = (drawn.top() + 0.5) / (2001 - drawn.height());
                lefts[small] = (drawn.left() + 0.5) / (2001 - drawn.width());
                small++;
            }
        }
        // Up to 3/4 of the area every ratio fits; beyond, a share of ln(1/a) / ln(4/3) does, whose
        // integral from 3/4 to 1 is (1/4 + 3/4 ln(3/4)) / ln(4/3) = 0.11902. Below: 0.75 - 0.08.
        assertShare(small, DRAWS, 0.67 / (0.67 + 0.11902));
        assertUniform(Arrays.copyOf(areas, small), 0.08, 0.75);
        assertUniform(Arrays.copyOf(ratios, small), Math.log(0.75), Math.log(4.0 / 3));
        assertUniform(Arrays.copyOf(tops, small), 0, 1);
        assertUniform(Arrays.copyOf(lefts, small), 0, 1);
    }

    @Test
    void cropsOfExtremeImagesAreCentral() {
        RandomResizedCrop crop = new RandomResizedCrop(32, 32, 0.9, 1, 3.0 / 4, 4.0 / 3);
        assertThat(crop.draw(100, 2000, random))
                .isEqualTo(new ResizedCrop((2000 - 133) / 2, 0, 133, 100, 32, 32));
        assertThat(crop.draw(2000, 100, random))
                .isEqualTo(new ResizedCrop(0, (2000 - 133) / 2, 100, 133, 32, 32));
    }

    /** Every operation changes this image in its own way, so the result tells what was drawn. */
    @Test
    void randAugmentDrawsAllOperationsAndSignsAlike() {
        GoldenOperations.Pixels input = GoldenOperations.read("image_ops.safetensors").input;
        Map<ByteBuffer, String> outcomes = new HashMap<>();
        for (ImageOperation operation : ImageOperation.all()) {
            double magnitude = operation.magnitude(9, 31, 32, 32);
            for (int sign = operation.signed() ? -1 : 1; sign <= 1; sign += 2) {
                PixelBuffer image = input.toBuffer();
                operation.apply(image, sign * magnitude);
                String name = operation.title() + (sign < 0 ? "-" : "+");
                assertThat(outcomes.put(ByteBuffer.wrap(image.toBytes()), name)).isNull();
            }
        }
        assertThat(outcomes).hasSize(23);
        RandAugment one = new RandAugment(1, 9, 31);
        Map<String, Integer> counts = new HashMap<>();
        PixelBuffer image = input.toBuffer();
        for (int i = 0; i < DRAWS; i++) {
            image.set(32, 32, 3, input.samples());
            one.apply(image, random);
            counts.merge(outcomes.get(ByteBuffer.wrap(image.toBytes())), 1, Integer::sum);
        }
        for (ImageOperation operation : ImageOperation.all()) {
            int positive = counts.get(operation.title() + "+");
            int negative = counts.getOrDefault(operation.title() + "-", 0);
            assertShare(positive + negative, DRAWS, 1.0 / 14);
            assertShare(positive, positive + negative, operation.signed() ? 0.5 : 1);
        }
    }

    @Test
    void randAugmentAppliesItsOperationsInTurn() {
        GoldenOperations.Pixels input = GoldenOperations.read("image_ops.safetensors").input;
        for (int i = 0; i < 50; i++) {
            PixelBuffer two = input.toBuffer();
            new RandAugment().apply(two, new ViewRandom(i, 0, 0, 0));
            PixelBuffer ones = input.toBuffer();
            ViewRandom same = new ViewRandom(i, 0, 0, 0);
            new RandAugment(1, 9, 31).apply(ones, same);
            new RandAugment(1, 9, 31).apply(ones, same);
            assertThat(two.toBytes()).isEqualTo(ones.toBytes());
        }
    }

    /** The figures of torchvision's table of magnitudes at bin 9 of 31. */
    @Test
    void magnitudesOfBinNine() {
        assertThat(ImageOperation.SHEAR_X.magnitude(9, 31, 32, 48)).isCloseTo(0.09, within(1e-7));
        assertThat(ImageOperation.TRANSLATE_X.magnitude(9, 31, 32, 48))
                .isCloseTo(150.0 / 331 * 32 * 0.3, within(1e-5));
        assertThat(ImageOperation.TRANSLATE_Y.magnitude(9, 31, 32, 48))
                .isCloseTo(150.0 / 331 * 48 * 0.3, within(1e-5));
        assertThat(ImageOperation.ROTATE.magnitude(9, 31, 32, 48)).isEqualTo(9);
        assertThat(ImageOperation.COLOR.magnitude(9, 31, 32, 48)).isCloseTo(0.27, within(1e-7));
        assertThat(ImageOperation.POSTERIZE.magnitude(9, 31, 32, 48)).isEqualTo(7);
        assertThat(ImageOperation.POSTERIZE.magnitude(30, 31, 32, 48)).isEqualTo(4);
        assertThat(ImageOperation.SOLARIZE.magnitude(9, 31, 32, 48)).isEqualTo(178.5);
        assertThat(ImageOperation.SOLARIZE.magnitude(30, 31, 32, 48)).isZero();
    }

    @Test
    void flipsAndRandomApplyKeepTheirRates() {
        byte[] pair = {1, 2};
        RandomHorizontalFlip flip = new RandomHorizontalFlip();
        RandomApply apply = RandomApply.of(0.65, new HorizontalFlip());
        int flipped = 0;
        int applied = 0;
        PixelBuffer image = new PixelBuffer();
        for (int i = 0; i < DRAWS; i++) {
            image.set(2, 1, 1, pair);
            flip.apply(image, random);
            flipped += image.pixels()[0] == 2 ? 1 : 0;
            image.set(2, 1, 1, pair);
            apply.apply(image, random);
            applied += image.pixels()[0] == 2 ? 1 : 0;
        }
        assertShare(flipped, DRAWS, 0.5);
        assertShare(applied, DRAWS, 0.65);
    }

    @Test
    void jitterFactorsAreUniformInTheirRange() {
        ColorJitter jitter = new ColorJitter(0.4, 0, 0, 0);
        byte[] grey = {100, 100, 100};
        double[] factors = new double[DRAWS];
        PixelBuffer image = new PixelBuffer();
        for (int i = 0; i < DRAWS; i++) {
            image.set(1, 1, 3, grey);
            jitter.apply(image, random);
            // Samples are truncated: half a grey level is missing on average.
            factors[i] = ((image.pixels()[0] & 0xFF) + random.nextDouble()) / 100;
        }
        assertUniform(factors, 0.6, 1.4);
    }

    @Test
    void randomGrayscaleKeepsThreeChannels() {
        byte[] red = {(byte) 255, 0, 0};
        RandomGrayscale grayscale = new RandomGrayscale(0.1);
        int grey = 0;
        PixelBuffer image = new PixelBuffer();
        for (int i = 0; i < DRAWS; i++) {
            image.set(1, 1, 3, red);
            grayscale.apply(image, random);
            if (image.pixels()[1] != 0) {
                // Luma of red: (255 x 19595 + 2^15) / 2^16 = 76.
                assertThat(image.toBytes()).containsExactly(76, 76, 76);
                grey++;
            }
        }
        assertShare(grey, DRAWS, 0.1);
    }
}
