package org.soda4j.image;

/**
 * Turns a VP8 frame into RGB as libwebp does, level by level: chroma, of half the size, is
 * interpolated (9, 3, 3 and 1 sixteenths of the nearest samples), and BT.601's matrix is applied in
 * 14 bits.
 */
final class Vp8Colors {

    private final Vp8Plane luma;
    private final Vp8Plane[] chroma;
    private final int width;
    private final int height;
    private final int[][] interpolated;

    Vp8Colors(Vp8Plane luma, Vp8Plane[] chroma, int width, int height) {
        this.luma = luma;
        this.chroma = chroma;
        this.width = width;
        this.height = height;
        interpolated = new int[2][width + 1];
    }

    /** Fills a row with 3 x width samples 0 .. 255. */
    void row(int y, int[] rgb) {
        for (int i = 0; i < 2; i++) {
            interpolate(chroma[i], y, interpolated[i]);
        }
        int at = luma.index(0, y);
        for (int x = 0; x < width; x++) {
            int light = luma.get(at + x) * 19077 >> 8;
            int u = interpolated[0][x];
            int v = interpolated[1][x];
            rgb[3 * x] = clip(light + (v * 26149 >> 8) - 14234);
            rgb[3 * x + 1] = clip(light - (u * 6419 >> 8) - (v * 13320 >> 8) + 8708);
            rgb[3 * x + 2] = clip(light + (u * 33050 >> 8) - 17685);
        }
    }

    /** In two roundings, as libwebp has it. */
    private void interpolate(Vp8Plane plane, int y, int[] row) {
        int last = (height - 1) / 2;
        int nearAt = plane.index(0, y / 2);
        int farAt = plane.index(0, Math.max(0, Math.min(last, y % 2 == 0 ? y / 2 - 1 : y / 2 + 1)));
        int near = plane.get(nearAt);
        int far = plane.get(farAt);
        row[0] = 3 * near + far + 2 >> 2;
        for (int i = 1; i <= (width - 1) / 2; i++) {
            int nextNear = plane.get(nearAt + i);
            int nextFar = plane.get(farAt + i);
            int sum = near + nextNear + far + nextFar + 8;
            row[2 * i - 1] = (sum + 2 * (nextNear + far) >> 3) + near >> 1;
            row[2 * i] = (sum + 2 * (near + nextFar) >> 3) + nextNear >> 1;
            near = nextNear;
            far = nextFar;
        }
        if (width % 2 == 0) {
            row[width - 1] = 3 * near + far + 2 >> 2;
        }
    }

    private static int clip(int value) {
        return value < 0 ? 0 : Math.min(value >> 6, 255);
    }
}
