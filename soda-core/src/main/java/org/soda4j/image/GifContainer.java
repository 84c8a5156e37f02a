package org.soda4j.image;

import java.io.ByteArrayOutputStream;

/**
 * Goes through a GIF file's blocks (GIF89a specification) and leaves the first frame: the
 * platform's decoder joins comments in time that grows with the square of their length.
 */
final class GifContainer {

    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2c;
    private static final int TRAILER = 0x3b;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int HAS_PALETTE = 0x80;

    private final byte[] bytes;

    private GifContainer(byte[] bytes) {
        this.bytes = bytes;
    }

    static ImageContainer of(byte[] bytes, DecodingLimits limits, long maxPixels)
            throws RefusedImageException {
        return new GifContainer(bytes).read(limits, maxPixels);
    }

    private ImageContainer read(DecodingLimits limits, long maxPixels)
            throws RefusedImageException {
        requireUpTo(13);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        int at = 13 + paletteBytes(10);
        requireUpTo(at);
        kept.write(bytes, 0, at);
        ImageContainer.Canvas canvas = null;
        int control = -1;
        int frames = 0;
        boolean withoutPalette = false;
        for (int blocks = 1; at < bytes.length && at(at) != TRAILER; blocks++) {
            limits.requireChunk(blocks);
            int start = at;
            switch (at(at)) {
                case EXTENSION -> {
                    requireUpTo(at + 2);
                    boolean isControl = at(at + 1) == GRAPHIC_CONTROL;
                    at = endOfBlocks(at + 2, frames > 0);
                    if (isControl && frames == 0 && at - start == 8) {
                        control = start;
                    }
                }
                case IMAGE -> {
                    limits.requireFrame(++frames);
                    requireUpTo(at + 10);
                    int data = at + 10 + paletteBytes(at + 9);
                    requireUpTo(data + 1);
                    if (frames == 1) {
                        canvas = canvas(at, control);
                        ImageContainer.requirePixels(canvas.width(), canvas.height(), maxPixels);
                        if (control >= 0) {
                            kept.write(bytes, control, 8);
                        }
                    }
                    at = endOfBlocks(data + 1, frames > 1);
                    if (frames == 1) {
                        kept.write(bytes, start, at - start);
                        withoutPalette = ((at(10) | at(start + 9)) & HAS_PALETTE) == 0;
                    }
                }
                default -> {
                    if (frames > 0) {
                        // What stands behind the first frame does not matter.
                        at = bytes.length;
                    } else {
                        throw notWhole("an unknown block: it is corrupt");
                    }
                }
            }
        }
        if (canvas == null) {
            throw notWhole("no frame: it is truncated or corrupt");
        }
        kept.write(TRAILER);
        byte[] data = withoutPalette ? withGreys(kept.toByteArray()) : kept.toByteArray();
        return new ImageContainer(data, ExifOrientation.AS_STORED, 0, false, null, canvas);
    }

    /** Without a palette the indices are grey levels for PIL; decoders take what they like. */
    private static byte[] withGreys(byte[] data) {
        ByteArrayOutputStream file = new ByteArrayOutputStream(data.length + 768);
        file.write(data, 0, 10);
        file.write(data[10] | HAS_PALETTE | 7);
        file.write(data, 11, 2);
        for (int level = 0; level < 256; level++) {
            file.writeBytes(new byte[] {(byte) level, (byte) level, (byte) level});
        }
        file.write(data, 13, data.length - 13);
        return file.toByteArray();
    }

    /** PIL's canvas grows where the first frame leaves it. */
    private ImageContainer.Canvas canvas(int image, int control) {
        int left = unsignedShort(image + 1);
        int top = unsignedShort(image + 3);
        int width = Math.max(unsignedShort(6), left + unsignedShort(image + 5));
        int height = Math.max(unsignedShort(8), top + unsignedShort(image + 7));
        boolean transparent = control >= 0 && (at(control + 3) & 1) != 0;
        return new ImageContainer.Canvas(
                width, height, left, top, transparent ? at(control + 6) : 0);
    }

    /** Returns what follows a row of sub-blocks; cut off is allowed where it does not matter. */
    private int endOfBlocks(int from, boolean mayBeCutOff) throws RefusedImageException {
        int at = from;
        while (at < bytes.length && at(at) != 0) {
            at += 1 + at(at);
        }
        if (at >= bytes.length && !mayBeCutOff) {
            throw notWhole("its end within a block: it is truncated");
        }
        return Math.min(at + 1, bytes.length);
    }

    private int paletteBytes(int flagsAt) {
        int flags = at(flagsAt);
        return (flags & HAS_PALETTE) == 0 ? 0 : 3 * (2 << (flags & 7));
    }

    private void requireUpTo(int end) throws RefusedImageException {
        if (end > bytes.length) {
            throw notWhole("its end within a header: it is truncated");
        }
    }

    private static RefusedImageException notWhole(String found) {
        return RefusedImageException.notWhole(ImageFormat.GIF, found);
    }

    private int at(int index) {
        return bytes[index] & 0xff;
    }

    private int unsignedShort(int index) {
        return at(index) | at(index + 1) << 8;
    }
}
