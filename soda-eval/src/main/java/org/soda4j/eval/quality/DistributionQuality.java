package org.soda4j.eval.quality;

import java.util.Optional;
import org.soda4j.eval.feature.FeatureSet;

/**
 * How alike two sets of images are, in the features of some extractor.
 *
 * @param frechetDistance FID when the features are Inception's; biased upwards for few images, so
 *     compare equal numbers only
 * @param kernelDistance KID when the features are Inception's; unbiased, can be negative
 * @param precisionRecall with k = 3; empty with 3 images or fewer
 */
public record DistributionQuality(
        double frechetDistance, double kernelDistance, Optional<PrecisionRecall> precisionRecall) {

    static DistributionQuality of(FeatureSet real, FeatureSet drawn) {
        boolean enough = Math.min(real.size(), drawn.size()) > PrecisionRecall.PUBLISHED_K;
        return new DistributionQuality(
                FrechetDistance.between(real, drawn),
                KernelDistance.between(real, drawn),
                enough ? Optional.of(PrecisionRecall.of(real, drawn)) : Optional.empty());
    }
}
