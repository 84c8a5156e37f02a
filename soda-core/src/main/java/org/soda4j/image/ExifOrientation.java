package org.soda4j.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a stored image has to be turned to stand upright (EXIF 2.32, tag 0x0112).
 *
 * @param code 1 (as stored) to 8
 */
record ExifOrientation(int code) {

    static final ExifOrientation AS_STORED = new ExifOrientation(1);

    private static final int TAG = 0x0112;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    /**
     * Reads the orientation from a TIFF structure, with or without "Exif" before it. What is broken
     * is taken as stored, since it does not make the pixels unreadable; PIL ignores it as well.
     */
    static ExifOrientation ofTiff(byte[] bytes, int from, int to) {
        boolean named = ImageFormat.startsWith(bytes, from, 'E', 'x', 'i', 'f', 0, 0);
        int start = named ? from + 6 : from;
        if (to - start < 8) {
            return AS_STORED;
        }
        ByteBuffer tiff = ByteBuffer.wrap(bytes, start, to - start).slice();
        if (tiff.get(0) == 'I' && tiff.get(1) == 'I') {
            tiff.order(ByteOrder.LITTLE_ENDIAN);
        } else if (tiff.get(0) != 'M' || tiff.get(1) != 'M') {
            return AS_STORED;
        }
        long directory = Integer.toUnsignedLong(tiff.getInt(4));
        if (tiff.getShort(2) != 42 || directory + 2 > tiff.capacity()) {
            return AS_STORED;
        }
        int entries = Short.toUnsignedInt(tiff.getShort((int) directory));
        int at = (int) directory + 2;
        for (int i = 0; i < entries && at + 12L <= tiff.capacity(); i++, at += 12) {
            if (Short.toUnsignedInt(tiff.getShort(at)) == TAG) {
                int type = tiff.getShort(at + 2);
                int code =
                        type == SHORT
                                ? tiff.getShort(at + 8)
                                : type == LONG ? tiff.getInt(at + 8) : 0;
                return code < 1 || code > 8 ? AS_STORED : new ExifOrientation(code);
            }
        }
        return AS_STORED;
    }

    /** Returns the image upright. */
    PixelImage turn(PixelImage stored) {
        if (code == 1) {
            return stored;
        }
        int w = stored.width();
        int h = stored.height();
        int channels = stored.channels();
        boolean swapped = code >= 5;
        int width = swapped ? h : w;
        int height = swapped ? w : h;
        byte[] pixels = new byte[stored.pixels().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column =
                        switch (code) {
                            case 2, 3 -> w - 1 - x;
                            case 4 -> x;
                            case 5, 6 -> y;
                            default -> w - 1 - y;
                        };
                int row =
                        switch (code) {
                            case 2 -> y;
                            case 3, 4 -> h - 1 - y;
                            case 5, 8 -> x;
                            default -> h - 1 - x;
                        };
                int from = (row * w + column) * channels;
                System.arraycopy(
                        stored.pixels(), from, pixels, (y * width + x) * channels, channels);
            }
        }
        return new PixelImage(width, height, channels, pixels);
    }
}
