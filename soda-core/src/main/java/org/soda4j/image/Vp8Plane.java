package org.soda4j.image;

import java.util.Arrays;

/**
 * The luma or a chroma of a VP8 frame in whole macroblocks, with the samples that prediction takes
 * around them (RFC 6386, section 12.2): 127 above and at the corner, 129 to the left.
 *
 * @param samples rows of samples 0 .. 255, the first of them above the frame
 * @param stride of a row: one more sample to the left, four to the right
 */
record Vp8Plane(byte[] samples, int stride) {

    static Vp8Plane of(int width, int height) {
        int stride = width + 5;
        byte[] samples = new byte[Math.multiplyExact(stride, height + 1)];
        Arrays.fill(samples, 0, stride, (byte) 127);
        for (int y = 1; y <= height; y++) {
            samples[y * stride] = (byte) 129;
        }
        return new Vp8Plane(samples, stride);
    }

    int index(int x, int y) {
        return (y + 1) * stride + x + 1;
    }

    int get(int index) {
        return samples[index] & 0xff;
    }

    void set(int index, int value) {
        samples[index] = (byte) clip(value);
    }

    static int clip(int value) {
        return value < 0 ? 0 : Math.min(value, 255);
    }
}
