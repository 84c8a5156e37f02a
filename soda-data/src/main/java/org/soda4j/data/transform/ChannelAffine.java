package org.soda4j.data.transform;

import java.util.function.DoubleUnaryOperator;

/** One channel's {@code value -> f(value) + noise}, composed of transforms in single precision. */
final class ChannelAffine {

    final int channel;

    /** Maps the value in single precision, operation by operation, as the arrays would. */
    DoubleUnaryOperator map = DoubleUnaryOperator.identity();

    /** The standard deviation of the noise so far. */
    double noise;

    ChannelAffine(int channel) {
        this.channel = channel;
    }

    void subtractAndDivide(float[] mean, float[] std) {
        float m = mean[channel];
        float s = std[channel];
        map = map.andThen(v -> ((float) v - m) / s);
        noise /= s;
    }

    void multiplyAndAdd(float[] mean, float[] std) {
        float m = mean[channel];
        float s = std[channel];
        map = map.andThen(v -> (float) v * s + m);
        noise *= s;
    }

    /** Independent normal numbers add by their variances. */
    void addNoise(double sigma) {
        noise = Math.hypot(noise, sigma);
    }
}
