package org.soda4j.eval.onnx;

/** Float32 to IEEE float16, rounded to the nearest, ties to even; Java has it from 20 on. */
final class HalfFloat {

    private static final float LARGEST = 65504;

    /** 2^-14 and 2^-24: the smallest normal number and the smallest of all. */
    private static final float LEAST_NORMAL = 0x1p-14f;

    private static final int FRACTION_BITS = 10;

    private HalfFloat() {}

    /**
     * @param name of the constant, for the message
     * @throws IllegalArgumentException if the number is too large
     */
    static short of(String name, float value) {
        float size = Math.abs(value);
        if (!(size <= LARGEST)) {
            throw new IllegalArgumentException(
                    "half: expected weights up to 65504, where float16 ends, found %s in %s; export float32"
                            .formatted(value, name));
        }
        int sign = Float.floatToRawIntBits(value) >>> 31 << 15;
        if (size < LEAST_NORMAL) {
            // Multiples of 2^-24; one that rounds up to 1024 of them is the smallest normal number.
            return (short) (sign | (int) Math.rint(size * 0x1p24));
        }
        int exponent = Math.getExponent(size);
        int fraction = (int) Math.rint(Math.scalb((double) size, FRACTION_BITS - exponent));
        // A fraction that rounds up to 2048 carries into the exponent, as it should.
        return (short) (sign | (exponent + 14 << FRACTION_BITS) + fraction);
    }
}
