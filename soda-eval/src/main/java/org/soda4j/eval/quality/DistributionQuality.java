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
     * With fewer images, chance moves the kernel distance, precision and recall by more than models
     * differ.
     */
    public static final int LEAST_IMAGES = 100;

    private static final String NEEDS = "needs at least %d images";

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
                ? NEEDS.formatted(leastForFrechet())
                : String.format(Locale.ROOT, "%.3f", frechetDistance);
    }

    /**
     * The kernel distance for a reader.
     *
     * @param images how many of each set
     * @return five decimals, or how many images it needs
     */
    public String kernelText(int images) {
        return images < LEAST_IMAGES
                ? NEEDS.formatted(LEAST_IMAGES)
                : String.format(Locale.ROOT, "%.5f", kernelDistance);
    }

    /**
     * Precision and recall for a reader.
     *
     * @param images how many of each set
     * @return three decimals of each, or how many images they need
     */
    public String precisionRecallText(int images) {
        return precisionRecall
                .filter(p -> images >= LEAST_IMAGES)
                .map(p -> String.format(Locale.ROOT, "%.3f, %.3f", p.precision(), p.recall()))
                .orElse(NEEDS.formatted(LEAST_IMAGES));
    }

    /** Lines for a terminal. */
    String table(int images) {
        return "  Frechet distance %s\n  kernel distance %s\n  precision, recall %s\n"
                .formatted(frechetText(images), kernelText(images), precisionRecallText(images));
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
