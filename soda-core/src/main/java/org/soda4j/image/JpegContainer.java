package org.soda4j.image;

import java.io.ByteArrayOutputStream;

/**
 * Goes through a JPEG file's marker segments (ITU-T T.81, annex B) as libjpeg does, and leaves
 * tables, frame and scans. Which colours the components are is decided here by libjpeg's rules, and
 * said in a way that no decoder guesses about: the platform's refuses or takes otherwise what has
 * an unusual Adobe segment, or none at all, and fails on colour profiles that miss a part.
 */
final class JpegContainer {

    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;
    private static final int COM = 0xfe;

    private static final byte[] JFIF = {
        (byte) 0xff, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
    };

    private static final byte[] ADOBE_RGB = {
        (byte) 0xff, (byte) APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };

    private final byte[] bytes;
    private final DecodingLimits limits;
    private final long maxPixels;
    private final ByteArrayOutputStream kept;
    private ExifOrientation orientation = ExifOrientation.AS_STORED;
    private boolean jfif;
    private int adobeTransform = -1;
    private int frameAt = -1;
    private int scans;

    private JpegContainer(byte[] bytes, DecodingLimits limits, long maxPixels) {
        this.bytes = bytes;
        this.limits = limits;
        this.maxPixels = maxPixels;
        kept = new ByteArrayOutputStream(bytes.length + 64);
    }

    static ImageContainer of(byte[] bytes, DecodingLimits limits, long maxPixels)
            throws RefusedImageException {
        return new JpegContainer(bytes, limits, maxPixels).read();
    }

    private ImageContainer read() throws RefusedImageException {
        kept.write(0xff);
        kept.write(SOI);
        int at = nextMarker(2);
        for (int segments = 1; marker(at) != EOI; segments++) {
            limits.requireChunk(segments);
            int marker = marker(at);
            int length = at + 3 <= bytes.length ? unsignedShort(at + 1) : 0;
            if (marker == SOI || length < 2 || at + 1 + length > bytes.length) {
                throw truncated();
            }
            segment(marker, at + 1, length);
            int next = nextMarker(at + 1 + length);
            if (marker == SOS) {
                kept.write(bytes, at + 1 + length, next - 1 - (at + 1 + length));
            }
            at = next;
        }
        if (scans == 0) {
            throw truncated();
        }
        kept.write(0xff);
        kept.write(EOI);
        boolean ycck = components() == 4 && adobeTransform > 0;
        return new ImageContainer(kept.toByteArray(), orientation, components(), ycck, null, null);
    }

    private int marker(int at) {
        return bytes[at] & 0xff;
    }

    private RefusedImageException truncated() {
        return RefusedImageException.notWhole(
                ImageFormat.JPEG,
                scans == 0
                        ? "no image data: it is truncated or corrupt"
                        : "no end-of-image marker: it is truncated");
    }

    /** Returns where the code of the next marker with a segment, or of the end, stands. */
    private int nextMarker(int from) throws RefusedImageException {
        for (int at = from; at + 1 < bytes.length; at++) {
            if (bytes[at] == -1 && !isAlone(marker(at + 1))) {
                return at + 1;
            }
        }
        throw truncated();
    }

    /** Fill, stuffing, restart and temporary markers have no segment. */
    private static boolean isAlone(int marker) {
        return marker == 0xff || marker <= 1 || marker >= 0xd0 && marker <= 0xd7;
    }

    private int unsignedShort(int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    /** Takes a segment whose length field stands at a place. */
    private void segment(int marker, int at, int length) throws RefusedImageException {
        // 0xc4, 0xc8 and 0xcc are tables and extensions, no frames.
        boolean frame = marker == 0xc0 || marker >= 0xc1 && marker <= 0xcf && marker % 4 != 0;
        if (frame && length >= 8) {
            frameAt = at;
            ImageContainer.requirePixels(width(), height(), maxPixels);
        }
        boolean beforeScans = scans == 0;
        if (marker == SOS) {
            startScan();
        }
        if (marker < APP0 || marker > APP0 + 15 && marker != COM) {
            kept.write(0xff);
            kept.write(marker);
            kept.write(bytes, at, length);
        } else if (beforeScans) {
            jfif |= marker == APP0 && length >= 16 && starts(at, "JFIF\0");
            if (marker == APP14 && length >= 14 && starts(at, "Adobe")) {
                adobeTransform = bytes[at + 13] & 0xff;
            }
            if (marker == APP1
                    && orientation == ExifOrientation.AS_STORED
                    && length > 8
                    && starts(at, "Exif\0\0")) {
                orientation = ExifOrientation.ofTiff(bytes, at + 8, at + length);
            }
        }
    }

    private boolean starts(int at, String text) {
        return ImageFormat.startsWith(bytes, at + 2, text.chars().toArray());
    }

    private void startScan() throws RefusedImageException {
        if (frameAt < 0) {
            throw RefusedImageException.notWhole(
                    ImageFormat.JPEG, "a scan without a frame: it is corrupt");
        }
        limits.requireScan(++scans, (long) width() * height());
        int components = components();
        if (components != 1 && components != 3 && components != 4) {
            throw new RefusedImageException(
                    "expected 1, 3 or 4 colour components, found " + components);
        }
        if (scans == 1 && components == 3) {
            kept.writeBytes(isRgb() ? ADOBE_RGB : JFIF);
        }
    }

    /** As libjpeg's default_decompress_parms has it (jdapimin.c). */
    private boolean isRgb() {
        if (jfif) {
            return false;
        }
        if (adobeTransform >= 0) {
            return adobeTransform == 0;
        }
        return frameAt + 15 < bytes.length
                && bytes[frameAt + 8] == 'R'
                && bytes[frameAt + 11] == 'G'
                && bytes[frameAt + 14] == 'B';
    }

    private int height() {
        return unsignedShort(frameAt + 3);
    }

    private int width() {
        return unsignedShort(frameAt + 5);
    }

    private int components() {
        return frameAt < 0 ? 0 : bytes[frameAt + 7] & 0xff;
    }
}
