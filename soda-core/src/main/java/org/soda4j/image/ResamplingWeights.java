package org.soda4j.image;

/**
 * The weights of antialiased bilinear resampling along one axis, in the fixed point of Pillow's
 * resampling (8-bit samples, 22 fractional bits): each output position is a weighted sum of
 * neighbouring input positions.
 *
 * <p>Immutable. Weights are never negative and sum to 1 within a few units of 2^-22, so that sums
 * of 8-bit samples stay in 0..255 without clipping.
 */
final class ResamplingWeights {

    static final int PRECISION_BITS = 22;

    static final int HALF = 1 << (PRECISION_BITS - 1);

    private final int inputs;
    private final int outputs;

    /** Input positions a sum reads at most; 2 when enlarging, and then every entry has both. */
    final int taps;

    /** First input position of each output position. */
    final int[] first;

    /** Input positions that each output position reads. */
    final int[] count;

    /** Weight k of output position i stands at i x taps + k. */
    final int[] weights;

    ResamplingWeights(int inputs, int outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
        double scale = (double) inputs / outputs;
        // When shrinking, the triangle is widened: that is the antialiasing.
        double support = Math.max(scale, 1);
        taps = support == 1 ? 2 : (int) Math.ceil(support) * 2 + 1;
        first = new int[outputs];
        count = new int[outputs];
        weights = new int[outputs * taps];
        double[] sample = new double[taps];
        for (int i = 0; i < outputs; i++) {
            double centre = (i + 0.5) * scale;
            int from = Math.max((int) (centre - support + 0.5), 0);
            int to = Math.min((int) (centre + support + 0.5), inputs);
            double sum = 0;
            for (int k = 0; k < to - from; k++) {
                double distance = Math.abs((k + from - centre + 0.5) * (1 / support));
                sample[k] = distance < 1 ? 1 - distance : 0;
                sum += sample[k];
            }
            first[i] = from;
            count[i] = to - from;
            for (int k = 0; k < to - from; k++) {
                double weight = sum == 0 ? sample[k] : sample[k] / sum;
                weights[i * taps + k] = (int) (0.5 + weight * (1 << PRECISION_BITS));
            }
        }
    }

    /** Keeps the weights last used, a few hundred, for one thread. */
    static final class Cache {

        private static final int ENTRIES = 256;

        private final ResamplingWeights[] entries = new ResamplingWeights[ENTRIES];

        ResamplingWeights get(int inputs, int outputs) {
            int slot = (inputs + outputs * 31) & (ENTRIES - 1);
            ResamplingWeights entry = entries[slot];
            if (entry == null || entry.inputs != inputs || entry.outputs != outputs) {
                entry = new ResamplingWeights(inputs, outputs);
                entries[slot] = entry;
            }
            return entry;
        }
    }
}
