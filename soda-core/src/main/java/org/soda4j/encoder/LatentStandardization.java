package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Operators;

/** The data-dependent initialisation that {@code Soda.standardizeLatents} describes. */
@Internal
public final class LatentStandardization {

    private static final int[] EXAMPLES = {0};
    private static final double LEAST_DEVIATION = 1e-6;

    private LatentStandardization() {}

    /**
     * @param latents {@code [N, d]}, what the layer gave
     * @param weight {@code [d, features]} of the layer, overwritten
     * @param bias {@code [d]} of the layer, overwritten
     */
    public static void apply(NDArray latents, NDArray weight, NDArray bias) {
        long n = latents.getShape().get(0);
        if (n < 2) {
            throw new IllegalArgumentException(
                    "batch: expected at least 2 source images, found " + n);
        }
        try (NDManager scope = latents.getManager().newSubManager()) {
            NDArray all = latents.stopGradient();
            all.attach(scope);
            NDArray exact = all.toType(DataType.FLOAT64, false);
            NDArray mean = exact.mean(EXAMPLES);
            NDArray deviation = exact.sub(mean).square().mean(EXAMPLES).sqrt();
            double least = deviation.min().getDouble();
            if (!(least > LEAST_DEVIATION)) {
                throw new IllegalArgumentException(
                        "batch: expected source images whose latents differ, found a number of the latent with a standard deviation of %s; give different images"
                                .formatted(least));
            }
            NDArray centred = bias.toType(DataType.FLOAT64, true).sub(mean).div(deviation);
            NDArray rows = deviation.reshape(new Shape(-1, 1));
            NDArray scaled = weight.toType(DataType.FLOAT64, true).div(rows);
            Operators.copy(bias, centred);
            Operators.copy(weight, scaled);
        }
    }
}
