package org.soda4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatentMaskingTest {

    private static final int EXAMPLES = 20_000;

    /** Five standard deviations of a share estimated from that many independent examples. */
    private static double bound(double share) {
        return 5 * Math.sqrt(share * (1 - share) / EXAMPLES);
    }

    @Test
    void noneKeepsEverything() {
        for (boolean[] example : LatentMasking.none().draw(50, 3, new SplittableRandom(1))) {
            assertThat(example).containsOnly(true);
        }
    }

    @Test
    void theWholeLatentIsDroppedWithItsProbability() {
        boolean[][] keep = new LatentMasking(0.1, 0).draw(EXAMPLES, 4, new SplittableRandom(2));
        int dropped = 0;
        for (boolean[] example : keep) {
            for (boolean section : example) {
                assertThat(section).isEqualTo(example[0]);
            }
            dropped += example[0] ? 0 : 1;
        }
        assertThat(dropped / (double) EXAMPLES).isCloseTo(0.1, within(bound(0.1)));
    }

    @Test
    void sectionsAreDroppedIndependentlyAsWell() {
        boolean[][] keep = new LatentMasking(0.1, 0.3).draw(EXAMPLES, 3, new SplittableRandom(3));
        int[] kept = new int[3];
        int both = 0;
        int none = 0;
        for (boolean[] example : keep) {
            for (int s = 0; s < 3; s++) {
                kept[s] += example[s] ? 1 : 0;
            }
            both += example[0] && example[2] ? 1 : 0;
            none += example[0] || example[1] || example[2] ? 0 : 1;
        }
        double each = 0.9 * 0.7;
        for (int count : kept) {
            assertThat(count / (double) EXAMPLES).isCloseTo(each, within(bound(each)));
        }
        double pair = 0.9 * 0.7 * 0.7;
        assertThat(both / (double) EXAMPLES).isCloseTo(pair, within(bound(pair)));
        double empty = 0.1 + 0.9 * 0.027;
        assertThat(none / (double) EXAMPLES).isCloseTo(empty, within(bound(empty)));
    }

    @Test
    void oneSeedGivesOneMask() {
        LatentMasking masking = new LatentMasking(0.5, 0.5);
        assertThat(masking.draw(20, 5, new SplittableRandom(7)))
                .isDeepEqualTo(masking.draw(20, 5, new SplittableRandom(7)));
    }

    @Test
    void certaintiesAreCertain() {
        for (boolean[] e : new LatentMasking(1, 0).draw(50, 2, new SplittableRandom(1))) {
            assertThat(e).containsOnly(false);
        }
        for (boolean[] e : new LatentMasking(0, 1).draw(50, 2, new SplittableRandom(1))) {
            assertThat(e).containsOnly(false);
        }
    }

    @Test
    void whatIsNoProbabilityIsRefused() {
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> new LatentMasking(wrong, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("masking latent: expected a probability 0 .. 1, found " + wrong);
            assertThatThrownBy(() -> new LatentMasking(0, wrong))
                    .hasMessage("masking section: expected a probability 0 .. 1, found " + wrong);
        }
    }
}
