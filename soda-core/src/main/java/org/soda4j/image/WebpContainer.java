package org.soda4j.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/**
 * Goes through a WebP file's chunks (RFC 9649) and leaves the first frame's bitstream and alpha.
 */
final class WebpContainer {

    private static final int VP8 = 0x20385056;
    private static final int VP8L = 0x4c385056;
    private static final int VP8X = 0x58385056;
    private static final int ALPH = 0x48504c41;
    private static final int ANMF = 0x464d4e41;
    private static final int EXIF = 0x46495845;
    private static final int RIFF = 0x46464952;
    private static final int WEBP = 0x50424557;

    private final byte[] bytes;
    private final ByteBuffer file;
    private final DecodingLimits limits;
    private final long maxPixels;
    private ExifOrientation orientation = ExifOrientation.AS_STORED;
    private ImageContainer.Canvas canvas;
    private int extended = -1;
    private int alpha = -1;
    private int bitstream = -1;
    private int announcedWidth;
    private int announcedHeight;
    private int chunks;
    private int frames;

    private WebpContainer(byte[] bytes, DecodingLimits limits, long maxPixels) {
        this.bytes = bytes;
        this.limits = limits;
        this.maxPixels = maxPixels;
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ImageContainer of(byte[] bytes, DecodingLimits limits, long maxPixels)
            throws RefusedImageException {
        return new WebpContainer(bytes, limits, maxPixels).read();
    }

    private ImageContainer read() throws RefusedImageException {
        long declared = 8 + Integer.toUnsignedLong(file.getInt(4));
        if (bytes.length >= 30 && file.getInt(12) != VP8X) {
            requirePixels(12);
        } else if (bytes.length >= 30) {
            ImageContainer.requirePixels(canvasWidth(), canvasHeight(), maxPixels);
        }
        if (declared > bytes.length) {
            throw notWhole(
                    String.format(
                            Locale.ROOT,
                            "%,d of the %,d bytes it declares: it is truncated",
                            bytes.length,
                            declared));
        }
        walk(12, (int) declared, false);
        if (bitstream < 0) {
            throw notWhole("no image data: it is truncated or corrupt");
        }
        requireAnnouncedSize();
        if (file.getInt(bitstream) == VP8L) {
            return new ImageContainer(
                    lossless(content(bitstream)), orientation, 0, false, null, canvas);
        }
        boolean transparent = alpha >= 0 && extended >= 0;
        ImageContainer.Lossy lossy = new ImageContainer.Lossy(transparent ? content(alpha) : null);
        return new ImageContainer(content(bitstream), orientation, 0, false, lossy, canvas);
    }

    private void requirePixels(int chunk) throws RefusedImageException {
        ImageContainer.requirePixels(width(chunk), height(chunk), maxPixels);
    }

    /** Of a bitstream's chunk: 14 bits behind the start code, or behind the signature. */
    private int width(int chunk) {
        return file.getInt(chunk) == VP8
                ? file.getShort(chunk + 14) & 0x3fff
                : 1 + (file.getInt(chunk + 9) & 0x3fff);
    }

    private int height(int chunk) {
        return file.getInt(chunk) == VP8
                ? file.getShort(chunk + 16) & 0x3fff
                : 1 + (file.getInt(chunk + 9) >>> 14 & 0x3fff);
    }

    private void requireAnnouncedSize() throws RefusedImageException {
        if (bitstream + 18 > bytes.length) {
            throw notWhole("no image data: it is truncated or corrupt");
        }
        requirePixels(bitstream);
        if (announcedWidth > 0
                && (width(bitstream) != announcedWidth || height(bitstream) != announcedHeight)) {
            throw notWhole(
                    String.format(
                            Locale.ROOT,
                            "%,d x %,d pixels where %,d x %,d are announced: it is corrupt",
                            width(bitstream),
                            height(bitstream),
                            announcedWidth,
                            announcedHeight));
        }
    }

    private int canvasWidth() {
        return 1 + (file.getInt(24) & 0xffffff);
    }

    private int canvasHeight() {
        return 1 + (file.getInt(26) >>> 8);
    }

    private void walk(int from, int to, boolean inFrame) throws RefusedImageException {
        int at = from;
        while (at + 8 <= to) {
            limits.requireChunk(++chunks);
            int type = file.getInt(at);
            long length = Integer.toUnsignedLong(file.getInt(at + 4));
            if (at + 8 + length > to) {
                throw notWhole("its end within a chunk: it is truncated or corrupt");
            }
            take(type, at, (int) length, inFrame);
            at = (int) Math.min(to, at + 8 + length + (length & 1));
        }
    }

    private void take(int type, int at, int length, boolean inFrame) throws RefusedImageException {
        switch (type) {
            case VP8X -> {
                if (extended < 0 && at == 12 && length == 10) {
                    extended = at;
                    announcedWidth = canvasWidth();
                    announcedHeight = canvasHeight();
                }
            }
            case ALPH -> {
                if (bitstream < 0) {
                    alpha = at;
                }
            }
            case VP8, VP8L -> {
                if (bitstream < 0) {
                    bitstream = at;
                }
            }
            case ANMF -> {
                limits.requireFrame(++frames);
                if (bitstream < 0 && extended >= 0 && length >= 16 && !inFrame) {
                    canvas = canvas(at + 8);
                    walk(at + 24, at + 8 + length, true);
                }
            }
            case EXIF -> orientation = ExifOrientation.ofTiff(bytes, at + 8, at + 8 + length);
            default -> {
                // Profiles, texts and the unknown do not change pixels.
            }
        }
    }

    private ImageContainer.Canvas canvas(int frame) throws RefusedImageException {
        int left = 2 * (file.getInt(frame) & 0xffffff);
        int top = 2 * (file.getInt(frame + 3) & 0xffffff);
        announcedWidth = 1 + (file.getInt(frame + 6) & 0xffffff);
        announcedHeight = 1 + (file.getInt(frame + 9) & 0xffffff);
        if ((long) left + announcedWidth > canvasWidth()
                || (long) top + announcedHeight > canvasHeight()) {
            throw notWhole("a frame that leaves its canvas: it is corrupt");
        }
        return new ImageContainer.Canvas(canvasWidth(), canvasHeight(), left, top, -1);
    }

    private byte[] content(int chunk) {
        return Arrays.copyOfRange(bytes, chunk + 8, chunk + 8 + file.getInt(chunk + 4));
    }

    /** A file of a lossless bitstream alone. */
    static byte[] lossless(byte[] bitstream) {
        int padded = bitstream.length + (bitstream.length & 1);
        ByteBuffer file = ByteBuffer.allocate(20 + padded).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(RIFF).putInt(12 + padded).putInt(WEBP);
        return file.putInt(VP8L).putInt(bitstream.length).put(bitstream).array();
    }

    private static RefusedImageException notWhole(String found) {
        return RefusedImageException.notWhole(ImageFormat.WEBP, found);
    }
}
