package org.soda4j.data.transform;

import java.util.Arrays;
import org.soda4j.image.PixelBuffer;

/** Operations that replace each sample by a function of itself, one table for each channel. */
final class LookupTables {

    private LookupTables() {}

    static void posterize(PixelBuffer image, int bits) {
        int mask = -(1 << (8 - bits));
        byte[] pixels = image.pixels();
        for (int i = image.length() - 1; i >= 0; i--) {
            pixels[i] &= (byte) mask;
        }
    }

    static void solarize(PixelBuffer image, double threshold) {
        for (int v = 0; v < 256; v++) {
            image.tables()[v] = (byte) (v < threshold ? v : 255 - v);
        }
        applyFirst(image);
    }

    /** Blends with one grey level: {@code level + factor (v - level)}, truncated and clipped. */
    static void blend(PixelBuffer image, int level, float factor) {
        for (int v = 0; v < 256; v++) {
            image.tables()[v] = Enhancement.blend(level, v, factor);
        }
        applyFirst(image);
    }

    /** Stretches each channel from its own least and greatest sample to 0..255. */
    static void autoContrast(PixelBuffer image) {
        histograms(image);
        for (int c = 0; c < image.channels(); c++) {
            int base = c * 256;
            int low = 0;
            while (image.histograms()[base + low] == 0) {
                low++;
            }
            int high = 255;
            while (image.histograms()[base + high] == 0) {
                high--;
            }
            double scale = high > low ? 255.0 / (high - low) : 1;
            double offset = high > low ? -low * scale : 0;
            for (int v = 0; v < 256; v++) {
                int stretched = (int) (v * scale + offset);
                image.tables()[base + v] = (byte) Math.max(0, Math.min(255, stretched));
            }
        }
        applyEach(image);
    }

    /** Equalizes the histogram of each channel. */
    static void equalize(PixelBuffer image) {
        histograms(image);
        int samples = image.width() * image.height();
        for (int c = 0; c < image.channels(); c++) {
            int base = c * 256;
            int high = 255;
            while (image.histograms()[base + high] == 0) {
                high--;
            }
            int step = (samples - image.histograms()[base + high]) / 255;
            int sum = step / 2;
            for (int v = 0; v < 256; v++) {
                image.tables()[base + v] = (byte) (step == 0 ? v : Math.min(255, sum / step));
                sum += image.histograms()[base + v];
            }
        }
        applyEach(image);
    }

    private static void histograms(PixelBuffer image) {
        int[] histograms = image.histograms();
        Arrays.fill(histograms, 0);
        byte[] pixels = image.pixels();
        int length = image.length();
        if (image.channels() == 3) {
            for (int i = 0; i < length; i += 3) {
                histograms[pixels[i] & 0xFF]++;
                histograms[256 + (pixels[i + 1] & 0xFF)]++;
                histograms[512 + (pixels[i + 2] & 0xFF)]++;
            }
        } else {
            for (int i = 0; i < length; i++) {
                histograms[pixels[i] & 0xFF]++;
            }
        }
    }

    /** Sends all channels through the first table. */
    private static void applyFirst(PixelBuffer image) {
        byte[] table = image.tables();
        byte[] pixels = image.pixels();
        for (int i = image.length() - 1; i >= 0; i--) {
            pixels[i] = table[pixels[i] & 0xFF];
        }
    }

    private static void applyEach(PixelBuffer image) {
        if (image.channels() == 1) {
            applyFirst(image);
            return;
        }
        byte[] table = image.tables();
        byte[] pixels = image.pixels();
        int length = image.length();
        for (int i = 0; i < length; i += 3) {
            pixels[i] = table[pixels[i] & 0xFF];
            pixels[i + 1] = table[256 + (pixels[i + 1] & 0xFF)];
            pixels[i + 2] = table[512 + (pixels[i + 2] & 0xFF)];
        }
    }
}
