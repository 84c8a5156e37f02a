package org.soda4j.data.transform;

/**
 * Standard normal numbers by Marsaglia and Tsang's method ("The Ziggurat Method for Generating
 * Random Variables", Journal of Statistical Software 5 (8), 2000) with 256 layers; layer, sign and
 * position come from separate bits of one 64-bit number.
 */
final class Ziggurat {

    private static final int LAYERS = 256;

    /** Where the tail begins, and the area of each layer, for 256 layers. */
    private static final double TAIL = 3.6541528853610088;

    private static final double AREA = 0.00492867323399;

    /** Layer i reaches from 0 to EDGE[i]; EDGE[0] is the base layer with its tail made square. */
    private static final double[] EDGE = new double[LAYERS + 1];

    private static final double[] DENSITY = new double[LAYERS + 1];
    private static final double[] SCALE = new double[LAYERS];

    /** A 53-bit position below this lies under the curve without a further look. */
    private static final long[] INSIDE = new long[LAYERS];

    /** The same for positions of 23 bits, two of which come from one 64-bit number. */
    private static final float[] SCALE_23 = new float[LAYERS];

    private static final int[] INSIDE_23 = new int[LAYERS];

    static {
        EDGE[0] = AREA / density(TAIL);
        EDGE[1] = TAIL;
        for (int i = 2; i < LAYERS; i++) {
            EDGE[i] = Math.sqrt(-2 * StrictMath.log(density(EDGE[i - 1]) + AREA / EDGE[i - 1]));
        }
        EDGE[LAYERS] = 0;
        for (int i = 0; i <= LAYERS; i++) {
            DENSITY[i] = density(EDGE[i]);
        }
        for (int i = 0; i < LAYERS; i++) {
            SCALE[i] = EDGE[i] * 0x1.0p-53;
            INSIDE[i] = (long) (EDGE[i + 1] / EDGE[i] * 0x1.0p53);
            SCALE_23[i] = (float) (EDGE[i] * 0x1.0p-23);
            INSIDE_23[i] = (int) (EDGE[i + 1] / EDGE[i] * 0x1.0p23);
        }
    }

    private Ziggurat() {}

    static double next(ViewRandom random) {
        while (true) {
            long bits = random.nextLong();
            int layer = (int) bits & 0xFF;
            long position = bits >>> 11;
            // Bit 8 is the sign; bits 11 to 63 the position; they do not overlap.
            double sign = 1 - ((bits >>> 7) & 2);
            double x = position * SCALE[layer];
            if (position < INSIDE[layer]) {
                return sign * x;
            }
            if (layer == 0) {
                return sign * tail(random);
            }
            double y = DENSITY[layer] + random.nextDouble() * (DENSITY[layer + 1] - DENSITY[layer]);
            if (y < density(x)) {
                return sign * x;
            }
        }
    }

    /**
     * Makes one number from 32 random bits: 8 of the layer, 24 of the signed position. Only where
     * these do not decide, one time in seventy, are more numbers drawn.
     */
    static float next(int bits, ViewRandom random) {
        int layer = bits & 0xFF;
        int position = bits >> 8;
        float x = position * SCALE_23[layer];
        if (Math.abs(position) < INSIDE_23[layer]) {
            return x;
        }
        return (float) undecided(layer, x, random);
    }

    private static double undecided(int layer, double x, ViewRandom random) {
        if (layer == 0) {
            return Math.copySign(tail(random), x);
        }
        double y = DENSITY[layer] + random.nextDouble() * (DENSITY[layer + 1] - DENSITY[layer]);
        return y < density(x) ? x : next(random);
    }

    private static double tail(ViewRandom random) {
        while (true) {
            double x = -StrictMath.log(1 - random.nextDouble()) / TAIL;
            double y = -StrictMath.log(1 - random.nextDouble());
            if (y + y > x * x) {
                return TAIL + x;
            }
        }
    }

    private static double density(double x) {
        return StrictMath.exp(-0.5 * x * x);
    }
}
