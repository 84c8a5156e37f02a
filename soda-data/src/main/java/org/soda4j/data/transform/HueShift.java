package org.soda4j.data.transform;

import org.soda4j.image.PixelBuffer;

/** Turns the hue in Pillow's 8-bit HSV space, as torchvision's {@code adjust_hue}. */
final class HueShift {

    private HueShift() {}

    /** Changes the image in place; the shift is in turns, -0.5 .. 0.5. A grey image stays. */
    static void apply(PixelBuffer image, double shift) {
        if (image.channels() == 1) {
            return;
        }
        int steps = (int) (shift * 255) & 0xFF;
        byte[] pixels = image.pixels();
        int length = image.length();
        for (int i = 0; i < length; i += 3) {
            shift(pixels, i, steps);
        }
    }

    private static void shift(byte[] pixels, int i, int steps) {
        int red = pixels[i] & 0xFF;
        int green = pixels[i + 1] & 0xFF;
        int blue = pixels[i + 2] & 0xFF;
        int max = Math.max(red, Math.max(green, blue));
        int min = Math.min(red, Math.min(green, blue));
        int saturation = 0;
        if (max != min) {
            saturation = (int) ((float) (max - min) / max * 255.0);
        }
        if (saturation == 0) {
            pixels[i] = (byte) max;
            pixels[i + 1] = (byte) max;
            pixels[i + 2] = (byte) max;
            return;
        }
        int hue = (hue(red, green, blue, max, max - min) + steps) & 0xFF;
        // The circle of hues in six parts: f is the position in part k.
        int k = (int) (hue * 6.0 / 255.0);
        float f = (float) (hue * 6.0 / 255.0 - k);
        float s = saturation / 255.0f;
        byte v = (byte) max;
        byte p = (byte) round(max * (1.0 - s));
        byte q = (byte) round(max * (1.0 - s * f));
        byte t = (byte) round(max * (1.0 - s * (1.0 - f)));
        switch (k % 6) {
            case 0 -> put(pixels, i, v, t, p);
            case 1 -> put(pixels, i, q, v, p);
            case 2 -> put(pixels, i, p, v, t);
            case 3 -> put(pixels, i, p, q, v);
            case 4 -> put(pixels, i, t, p, v);
            default -> put(pixels, i, v, p, q);
        }
    }

    private static int hue(int red, int green, int blue, int max, int range) {
        float r = (float) (max - red) / range;
        float g = (float) (max - green) / range;
        float b = (float) (max - blue) / range;
        float part;
        if (red == max) {
            part = b - g;
        } else if (green == max) {
            part = (float) (2.0 + r - b);
        } else {
            part = (float) (4.0 + g - r);
        }
        float turns = (float) ((part / 6.0 + 1.0) % 1.0);
        return (int) (turns * 255.0);
    }

    private static long round(double value) {
        return Math.max(0, Math.min(255, (long) Math.floor(value + 0.5)));
    }

    private static void put(byte[] pixels, int i, byte red, byte green, byte blue) {
        pixels[i] = red;
        pixels[i + 1] = green;
        pixels[i + 2] = blue;
    }
}
