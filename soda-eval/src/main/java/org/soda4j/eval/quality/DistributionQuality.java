package org.soda4j.eval.quality;

import java.util.Locale;
import java.util.Optional;
import org.soda4j.eval.feature.FeatureSet;

/**
 * How alike two sets of images are, in the features of some extractor.
 *
 * @param features how many numbers the extractor gives of an image
 * @param frechetDistance FID when the features are Inception's; biased upwards for few images, so
 *     compare equal numbers only
 * @param kernelDistance KID when the features are Inception's; unbiased, can be negative
 * @param precisionRecall with k = 3; empty with 3 images or fewer
 */
public record DistributionQuality(
        int features,
        double frechetDistance,
        double kernelDistance,
        Optional<PrecisionRecall> precisionRecall) {

    /**
     * How many images a Frechet distance needs before it says anything: with no more than there are
     * features, the covariances have directions without any spread, and the distance is of those.
     *
     * @return one more than the features have numbers
     */
    public int leastForFrechet() {
        return features + 1;
    }

    /**
     * The Frechet distance for a reader.
     *
     * @param images how many of each set
     * @return three decimals, or how many images it needs
     */
    public String frechetText(int images) {
        return images < leastForFrechet()
                ? "needs at least %d images".formatted(leastForFrechet())
                : String.format(Locale.ROOT, "%.3f", frechetDistance);
    }

    static DistributionQuality of(FeatureSet real, FeatureSet drawn) {
        boolean enough = Math.min(real.size(), drawn.size()) > PrecisionRecall.PUBLISHED_K;
        return new DistributionQuality(
                real.width(),
                FrechetDistance.between(real, drawn),
                KernelDistance.between(real, drawn),
                enough ? Optional.of(PrecisionRecall.of(real, drawn)) : Optional.empty());
    }
}
