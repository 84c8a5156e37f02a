package org.soda4j.data.transform;

import org.soda4j.image.PixelBuffer;

/**
 * Operations that blend an image with a degenerate version of itself, as Pillow's {@code
 * ImageEnhance}: factor 0 gives the degenerate image, 1 the image, more than 1 exaggerates.
 */
final class Enhancement {

    /** The smoothing kernel (1 everywhere, 5 in the middle) divides by 13; rounded to nearest. */
    private static final byte[] SMOOTH = new byte[13 * 255 + 1];

    static {
        for (int sum = 0; sum < SMOOTH.length; sum++) {
            SMOOTH[sum] = (byte) ((2 * sum + 13) / 26);
        }
    }

    private Enhancement() {}

    /** Blends with black. */
    static void brightness(PixelBuffer image, double factor) {
        LookupTables.blend(image, 0, (float) factor);
    }

    /** Blends with the mean grey level. */
    static void contrast(PixelBuffer image, double factor) {
        byte[] pixels = image.pixels();
        long sum = 0;
        int length = image.length();
        if (image.channels() == 3) {
            for (int i = 0; i < length; i += 3) {
                sum += luma(pixels, i);
            }
        } else {
            for (int i = 0; i < length; i++) {
                sum += pixels[i] & 0xFF;
            }
        }
        double mean = (double) sum / (image.width() * image.height());
        LookupTables.blend(image, (int) (mean + 0.5), (float) factor);
    }

    /** Blends with the grey image; a grey image stays as it is. */
    static void color(PixelBuffer image, double factor) {
        if (image.channels() == 1) {
            return;
        }
        float alpha = (float) factor;
        byte[] pixels = image.pixels();
        int length = image.length();
        for (int i = 0; i < length; i += 3) {
            int grey = luma(pixels, i);
            pixels[i] = blend(grey, pixels[i] & 0xFF, alpha);
            pixels[i + 1] = blend(grey, pixels[i + 1] & 0xFF, alpha);
            pixels[i + 2] = blend(grey, pixels[i + 2] & 0xFF, alpha);
        }
    }

    /** Blends with the smoothed image; the border, one pixel wide, stays as it is. */
    static void sharpness(PixelBuffer image, double factor) {
        int width = image.width();
        int height = image.height();
        int channels = image.channels();
        int stride = width * channels;
        float alpha = (float) factor;
        byte[] in = image.pixels();
        byte[] out = image.spare(image.length());
        System.arraycopy(in, 0, out, 0, image.length());
        int[] column = image.row(stride);
        for (int y = 1; y < height - 1; y++) {
            int at = y * stride;
            for (int x = 0; x < stride; x++) {
                column[x] =
                        (in[at - stride + x] & 0xFF)
                                + (in[at + x] & 0xFF)
                                + (in[at + stride + x] & 0xFF);
            }
            for (int x = channels; x < stride - channels; x++) {
                int value = in[at + x] & 0xFF;
                int sum = column[x - channels] + column[x] + column[x + channels] + 4 * value;
                out[at + x] = blend(SMOOTH[sum] & 0xFF, value, alpha);
            }
        }
        image.swap(width, height, channels);
    }

    /** Returns {@code from + alpha (to - from)}, truncated and clipped to 0..255. */
    static byte blend(int from, int to, float alpha) {
        int value = (int) (from + alpha * (to - from));
        return (byte) Math.max(0, Math.min(255, value));
    }

    /** ITU-R 601-2 luma in Pillow's fixed point. */
    static int luma(byte[] pixels, int i) {
        return ((pixels[i] & 0xFF) * 19595
                        + (pixels[i + 1] & 0xFF) * 38470
                        + (pixels[i + 2] & 0xFF) * 7471
                        + 0x8000)
                >> 16;
    }
}
