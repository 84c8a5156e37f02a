package org.soda4j.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Goes through a PNG file's chunks (PNG specification, third edition, section 5) and leaves those
 * that the pixels depend on: the platform's decoder inflates texts and profiles without a limit.
 */
final class PngContainer {

    private static final int IHDR = 0x49484452;
    private static final int PLTE = 0x504c5445;
    private static final int TRNS = 0x74524e53;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454e44;
    private static final int EXIF = 0x65584966;
    private static final int TEXT = 0x74455874;
    private static final int ZTXT = 0x7a545874;
    private static final int CRITICAL = 0x20000000;

    /** Where ImageMagick keeps EXIF: two lines, the length on a third, then hexadecimal digits. */
    private static final byte[] RAW_EXIF =
            "Raw profile type exif\0".getBytes(StandardCharsets.US_ASCII);

    private PngContainer() {}

    /**
     * Every chunk must be whole up to the last, and the checksums of those that hold the pixels
     * must be right. Platform decoders check neither.
     */
    static ImageContainer of(byte[] bytes, DecodingLimits limits, long maxPixels)
            throws RefusedImageException {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        ByteArrayOutputStream kept = new ByteArrayOutputStream(bytes.length);
        kept.write(bytes, 0, 8);
        ExifOrientation orientation = null;
        int text = -1;
        int at = 8;
        for (int chunks = 1; at + 12L <= bytes.length; chunks++) {
            limits.requireChunk(chunks);
            int length = file.getInt(at);
            int type = file.getInt(at + 4);
            int data = at + 8;
            if (length < 0 || data + 4L + length > bytes.length) {
                throw notWhole("its end within a chunk: it is truncated or corrupt");
            }
            // A capital first letter (bit 5 clear) marks the chunks that the pixels depend on.
            if ((type & CRITICAL) == 0 || type == TRNS) {
                CRC32 crc = new CRC32();
                crc.update(bytes, at + 4, 4 + length);
                if ((int) crc.getValue() != file.getInt(data + length)) {
                    throw notWhole(
                            String.format(
                                    Locale.ROOT,
                                    "a wrong checksum in the chunk at byte %,d: it is corrupt",
                                    at));
                }
            }
            switch (type) {
                case IHDR, PLTE, TRNS, IDAT, IEND -> {
                    if (type == IHDR && length >= 8) {
                        ImageContainer.requirePixels(
                                Integer.toUnsignedLong(file.getInt(data)),
                                Integer.toUnsignedLong(file.getInt(data + 4)),
                                // Samples of 16 bits take twice the time and memory.
                                length >= 9 && bytes[data + 8] == 16 ? maxPixels / 2 : maxPixels);
                    }
                    kept.write(bytes, at, 12 + length);
                }
                case EXIF -> orientation = ExifOrientation.ofTiff(bytes, data, data + length);
                case TEXT, ZTXT -> {
                    if (ByteBuffer.wrap(bytes, data, Math.min(length, RAW_EXIF.length))
                            .equals(ByteBuffer.wrap(RAW_EXIF))) {
                        text = at;
                    }
                }
                default -> {
                    // What else there is does not change pixels.
                }
            }
            if (type == IEND) {
                // As PIL has it: the last of the texts, and only where there is no EXIF chunk. One
                // alone is inflated, however many there are.
                if (orientation == null) {
                    orientation =
                            text < 0 ? ExifOrientation.AS_STORED : ofText(bytes, text, limits);
                }
                return ImageContainer.of(kept.toByteArray(), orientation);
            }
            at += 12 + length;
        }
        throw notWhole("no end chunk: it is truncated");
    }

    private static RefusedImageException notWhole(String found) {
        return RefusedImageException.notWhole(ImageFormat.PNG, found);
    }

    private static ExifOrientation ofText(byte[] bytes, int chunk, DecodingLimits limits)
            throws RefusedImageException {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        int data = chunk + 8;
        int length = file.getInt(chunk);
        boolean compressed = file.getInt(chunk + 4) == ZTXT;
        // Behind the keyword of a compressed text stands its method, always 0.
        int from = data + RAW_EXIF.length + (compressed ? 1 : 0);
        int to = data + length;
        byte[] text = new byte[Math.max(0, to - from)];
        System.arraycopy(bytes, Math.min(from, to), text, 0, text.length);
        try {
            if (compressed) {
                text = inflate(text, limits);
            }
            String[] lines = new String(text, StandardCharsets.ISO_8859_1).split("\n", 4);
            if (lines.length < 4) {
                return ExifOrientation.AS_STORED;
            }
            byte[] exif = HexFormat.of().parseHex(lines[3].replaceAll("\\s", ""));
            return ExifOrientation.ofTiff(exif, 0, exif.length);
        } catch (DataFormatException | IllegalArgumentException e) {
            // Broken metadata do not make the pixels unreadable.
            return ExifOrientation.AS_STORED;
        }
    }

    private static byte[] inflate(byte[] compressed, DecodingLimits limits)
            throws DataFormatException, RefusedImageException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(compressed);
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] part = new byte[1 << 13];
            while (!inflater.finished()) {
                int n = inflater.inflate(part);
                if (n == 0) {
                    throw new DataFormatException("the text is cut off");
                }
                text.write(part, 0, n);
                DecodingLimits.requireAtMost(
                        "bytes of an inflated text",
                        text.size(),
                        limits.maxInflatedBytes(),
                        "maxInflatedBytes");
            }
            return text.toByteArray();
        } finally {
            inflater.end();
        }
    }
}
