package org.soda4j.data.transform;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import org.soda4j.PixelNormalization;

/** One channel's {@code value -> f(value) + noise}, composed of transforms in single precision. */
final class ChannelAffine {

    private final int channel;
    private final int channels;

    /** Maps the value in single precision, operation by operation, as the arrays would. */
    DoubleUnaryOperator map = DoubleUnaryOperator.identity();

    /** The standard deviation of the noise so far. */
    double noise;

    ChannelAffine(int channel, int channels) {
        this.channel = channel;
        this.channels = channels;
    }

    void subtractAndDivide(PixelNormalization normalization) {
        float mean = of(normalization.mean());
        float deviation = of(normalization.deviation());
        map = map.andThen(v -> ((float) v - mean) / deviation);
        noise /= deviation;
    }

    void multiplyAndAdd(PixelNormalization normalization) {
        float mean = of(normalization.mean());
        float deviation = of(normalization.deviation());
        map = map.andThen(v -> (float) v * deviation + mean);
        noise *= deviation;
    }

    private float of(List<Double> values) {
        if (values.size() != channels) {
            throw new IllegalArgumentException(
                    "expected a normalization of %d channels, found %d"
                            .formatted(channels, values.size()));
        }
        return values.get(channel).floatValue();
    }

    /** Applies what was composed to numbers of this channel, in place. */
    void apply(float[] values, int from, int count, RandomGenerator random) {
        for (int i = from; i < from + count; i++) {
            values[i] = (float) map.applyAsDouble(values[i]);
        }
        addNoise(random, values, from, count, (float) noise);
    }

    static void addNoise(RandomGenerator random, float[] out, int from, int count, float sigma) {
        if (!(sigma > 0)) {
            return;
        }
        if (random instanceof ViewRandom quick) {
            quick.addGaussians(out, from, count, sigma);
            return;
        }
        for (int i = from; i < from + count; i++) {
            out[i] += sigma * (float) random.nextGaussian();
        }
    }

    /** Independent normal numbers add by their variances. */
    void addNoise(double sigma) {
        noise = Math.hypot(noise, sigma);
    }
}
