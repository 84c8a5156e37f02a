package org.soda4j.data.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ViewRandomTest {

    private static final int DRAWS = 2_000_000;

    /** Computed with Python's integers from the definition; a change breaks every saved run. */
    @Test
    void streamsAreFixedForEver() {
        ViewRandom random = new ViewRandom(7, 3, 11, 1);
        assertThat(random.nextLong()).isEqualTo(0xD2A617389F03F681L);
        assertThat(random.nextLong()).isEqualTo(0x6DDCF8CA9C5097CBL);
        assertThat(random.nextLong()).isEqualTo(0x15C5D95DA808FE07L);
        random.reset(7, 3, 11, 1);
        assertThat(random.nextLong()).isEqualTo(0xD2A617389F03F681L);
    }

    @Test
    void everyPartOfTheKeyMatters() {
        Set<Long> firsts = new HashSet<>();
        for (int seed = 0; seed < 8; seed++) {
            for (int epoch = 0; epoch < 8; epoch++) {
                for (int index = 0; index < 64; index++) {
                    for (int view = 0; view < 3; view++) {
                        firsts.add(new ViewRandom(seed, epoch, index, view).nextLong());
                    }
                }
            }
        }
        assertThat(firsts).hasSize(8 * 8 * 64 * 3);
    }

    @Test
    void boundedNumbersAreUniform() {
        ViewRandom random = new ViewRandom(2, 0, 0, 0);
        int[] counts = new int[14];
        for (int i = 0; i < 140_000; i++) {
            counts[random.nextInt(14)]++;
        }
        // Five standard deviations of a binomial count: 5 sqrt(140000 x 1/14 x 13/14) = 482.
        for (int count : counts) {
            assertThat(count).isBetween(9518, 10482);
        }
        assertThatThrownBy(() -> random.nextInt(0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Shares and moments of the normal distribution, within five standard errors. */
    @Test
    void gaussianNumbersAreNormal() {
        ViewRandom random = new ViewRandom(3, 0, 0, 0);
        double[] numbers = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            numbers[i] = random.nextGaussian();
        }
        assertNormal(numbers);
    }

    @Test
    void addedGaussianNumbersAreNormal() {
        float[] values = new float[DRAWS + 1];
        Arrays.fill(values, 1, DRAWS + 1, 5);
        new ViewRandom(3, 0, 0, 0).addGaussians(values, 1, DRAWS - 1, 2);
        assertThat(values[0]).isZero();
        assertThat(values[DRAWS]).isEqualTo(5);
        new ViewRandom(4, 0, 0, 0).addGaussians(values, DRAWS, 1, 2);
        double[] numbers = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            numbers[i] = (values[i + 1] - 5) / 2;
        }
        assertNormal(numbers);
    }

    private static void assertNormal(double[] numbers) {
        int draws = numbers.length;
        double[] bounds = {0.25, 0.5, 1, 1.5, 2, 3, 3.6541528853610088, 4};
        // P(|x| < bound), from erf(bound / sqrt 2).
        double[] shares = {
            0.197412651,
            0.382924923,
            0.682689492,
            0.866385597,
            0.954499736,
            0.997300204,
            0.999741968,
            0.999936658
        };
        int[] inside = new int[bounds.length];
        int positive = 0;
        double sum = 0;
        double squares = 0;
        double fourths = 0;
        double products = 0;
        double last = 0;
        for (double x : numbers) {
            for (int b = 0; b < bounds.length; b++) {
                inside[b] += Math.abs(x) < bounds[b] ? 1 : 0;
            }
            positive += x > 0 ? 1 : 0;
            sum += x;
            squares += x * x;
            fourths += x * x * x * x;
            products += x * last;
            last = x;
        }
        double root = Math.sqrt(draws);
        for (int b = 0; b < bounds.length; b++) {
            double error = Math.sqrt(shares[b] * (1 - shares[b])) / root;
            assertThat((double) inside[b] / draws).isCloseTo(shares[b], within(5 * error));
        }
        assertThat((double) positive / draws).isCloseTo(0.5, within(2.5 / root));
        assertThat(sum / draws).isCloseTo(0, within(5 / root));
        assertThat(squares / draws).isCloseTo(1, within(5 * Math.sqrt(2) / root));
        assertThat(fourths / draws).isCloseTo(3, within(5 * Math.sqrt(96) / root));
        assertThat(products / draws).isCloseTo(0, within(5 / root));
    }
}
