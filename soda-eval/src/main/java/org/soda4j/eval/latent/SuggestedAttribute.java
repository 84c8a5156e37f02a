package org.soda4j.eval.latent;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.soda4j.eval.feature.FeatureSet;

/**
 * The name that a direction which was found without labels deserves, where factors of some images
 * are known: that of the factor which predicts the position along it best.
 *
 * @param factor the best factor
 * @param explained the share of the variance along the direction that lies between the factor's
 *     levels (the correlation ratio, eta squared), 0 to 1; levels need no order
 */
public record SuggestedAttribute(String factor, double explained) {

    /**
     * Chooses a name.
     *
     * @param direction any
     * @param latents {@code [n, d]}, of images whose factors are known
     * @param factors name to n levels from 0, at least one factor
     * @return the best, the first of equal ones
     * @throws IllegalArgumentException if there is no factor, or one has another number of levels
     *     than there are latents
     */
    public static SuggestedAttribute of(
            LatentDirection direction, FeatureSet latents, Map<String, int[]> factors) {
        double[] unit = direction.unit();
        double[] positions = new double[latents.size()];
        for (int i = 0; i < positions.length; i++) {
            float[] row = latents.row(i);
            for (int j = 0; j < unit.length; j++) {
                positions[i] += unit[j] * row[j];
            }
        }
        return of(positions, factors);
    }

    /**
     * Chooses a name for a number that images have, such as one of {@link IndependentComponents}.
     *
     * @param positions one an image
     * @param factors name to as many levels from 0, at least one factor
     * @return the best, the first of equal ones
     * @throws IllegalArgumentException as above
     */
    public static SuggestedAttribute of(double[] positions, Map<String, int[]> factors) {
        SuggestedAttribute best = null;
        for (Map.Entry<String, int[]> factor : factors.entrySet()) {
            int[] levels = factor.getValue();
            if (levels.length != positions.length) {
                throw new IllegalArgumentException(
                        "factor '%s': expected %d levels, one per latent, found %d"
                                .formatted(factor.getKey(), positions.length, levels.length));
            }
            double explained = correlationRatio(positions, levels);
            if (best == null || explained > best.explained) {
                best = new SuggestedAttribute(factor.getKey(), explained);
            }
        }
        if (best == null) {
            throw new IllegalArgumentException("factors: expected at least one, found none");
        }
        return best;
    }

    /** Variance between levels over all variance. */
    private static double correlationRatio(double[] positions, int[] levels) {
        int count = Arrays.stream(levels).max().orElse(0) + 1;
        double[] sums = new double[count];
        int[] sizes = new int[count];
        double mean = Arrays.stream(positions).average().orElse(0);
        double all = 0;
        for (int i = 0; i < positions.length; i++) {
            double centred = positions[i] - mean;
            sums[levels[i]] += centred;
            sizes[levels[i]]++;
            all += centred * centred;
        }
        double between = 0;
        for (int level = 0; level < count; level++) {
            between += sizes[level] == 0 ? 0 : sums[level] * sums[level] / sizes[level];
        }
        return all == 0 ? 0 : between / all;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s (%.0f %%)", factor, 100 * explained);
    }
}
