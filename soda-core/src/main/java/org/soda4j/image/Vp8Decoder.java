package org.soda4j.image;

import java.io.IOException;
import java.util.Arrays;

/**
 * Decodes a VP8 key frame (RFC 6386), the bitstream of lossy WebP, to the pixels that libwebp and
 * with it PIL give, which the plugin's decoder misses by up to 65 levels.
 */
final class Vp8Decoder {

    private static final int HEADER_BYTES = 10;
    private final int width;
    private final int height;
    private final Vp8Plane luma;
    private final Vp8Plane[] chroma;
    private final Vp8BitReader header;
    private final Vp8BitReader[] partitions;
    private final Vp8Coefficients coefficients;
    private final Vp8Prediction prediction = new Vp8Prediction();
    private final Vp8Transform transform = new Vp8Transform();

    private boolean segmented;
    private boolean segmentMap;
    private boolean absolute = true;
    private final int[] segmentQuantizer = new int[4];
    private final int[] segmentLevel = new int[4];
    private final int[] segmentProbabilities = {255, 255, 255};
    private final boolean simpleFilter;
    private final int filterLevel;
    private final int sharpness;
    private int intraDelta;
    private int smallBlocksDelta;

    /** Per segment: first and other steps of luma, of its firsts, and of chroma. */
    private final int[][] steps = new int[4][];

    private final int skipProbability;
    private final int columns;

    /** Modes of the nearest blocks of 4 x 4. */
    private final int[] modesAbove;

    private final int[] modesLeft = new int[4];

    /** Per macroblock, the filter's level, and 64 if edges within are smoothed. */
    private final byte[] filters;

    private final int[] modes = new int[16];

    private Vp8Decoder(byte[] bytes) throws RefusedImageException {
        int tag = bytes.length < HEADER_BYTES ? 1 : number(bytes, 0, 3);
        if ((tag & 1) != 0
                || (tag >> 1 & 7) > 3
                || (tag & 16) == 0
                || number(bytes, 3, 3) != 0x2a019d) {
            throw corrupt("no VP8 key frame");
        }
        width = number(bytes, 6, 2) & 0x3fff;
        height = number(bytes, 8, 2) & 0x3fff;
        columns = (width + 15) / 16;
        int rows = (height + 15) / 16;
        int end = HEADER_BYTES + (tag >> 5);
        if (width == 0 || height == 0 || end > bytes.length) {
            throw corrupt("a VP8 header that leaves the file");
        }
        header = new Vp8BitReader(bytes, HEADER_BYTES, end);
        header.number(2);
        readSegments();
        simpleFilter = header.flag();
        filterLevel = header.number(6);
        sharpness = header.number(3);
        readFilterDeltas();
        partitions = partitions(bytes, end);
        readQuantizers();
        header.flag();
        coefficients = new Vp8Coefficients(header, columns, transform);
        skipProbability = header.flag() ? header.number(8) : -1;
        luma = Vp8Plane.of(16 * columns, 16 * rows);
        chroma =
                new Vp8Plane[] {
                    Vp8Plane.of(8 * columns, 8 * rows), Vp8Plane.of(8 * columns, 8 * rows)
                };
        modesAbove = new int[4 * columns];
        filters = new byte[columns * rows];
    }

    /**
     * Decodes a frame.
     *
     * @param channels 1 (grey) or 3 (RGB)
     * @param alpha what is laid over a background, or null
     */
    static PixelImage decode(byte[] bytes, int channels, WebpAlpha alpha) throws IOException {
        Vp8Decoder decoder = new Vp8Decoder(bytes);
        decoder.reconstruct();
        return decoder.pixels(channels, alpha);
    }

    private static int number(byte[] bytes, int at, int length) {
        int number = 0;
        for (int i = length - 1; i >= 0; i--) {
            number = number << 8 | bytes[at + i] & 0xff;
        }
        return number;
    }

    private static RefusedImageException corrupt(String found) {
        return RefusedImageException.notWhole(
                ImageFormat.WEBP, found + ": it is truncated or corrupt");
    }

    // The frame's header, section 9.

    private void readSegments() {
        segmented = header.flag();
        if (!segmented) {
            return;
        }
        segmentMap = header.flag();
        if (header.flag()) {
            absolute = header.flag();
            for (int i = 0; i < 4; i++) {
                segmentQuantizer[i] = header.optionalSigned(7);
            }
            for (int i = 0; i < 4; i++) {
                segmentLevel[i] = header.optionalSigned(6);
            }
        }
        for (int i = 0; segmentMap && i < 3; i++) {
            segmentProbabilities[i] = header.flag() ? header.number(8) : 255;
        }
    }

    private void readFilterDeltas() {
        boolean used = header.flag();
        if (used && header.flag()) {
            int[] deltas = new int[8];
            for (int i = 0; i < 8; i++) {
                deltas[i] = header.optionalSigned(6);
            }
            intraDelta = deltas[0];
            smallBlocksDelta = deltas[4];
        }
    }

    private Vp8BitReader[] partitions(byte[] bytes, int sizesAt) throws RefusedImageException {
        Vp8BitReader[] parts = new Vp8BitReader[1 << header.number(2)];
        int from = sizesAt + 3 * (parts.length - 1);
        for (int i = 0; i < parts.length; i++) {
            if (from >= bytes.length) {
                throw corrupt("no coefficients");
            }
            boolean last = i == parts.length - 1;
            int size = last ? bytes.length - from : number(bytes, sizesAt + 3 * i, 3);
            int to = Math.min(bytes.length, from + size);
            parts[i] = new Vp8BitReader(bytes, from, to);
            from = last ? from : to;
        }
        return parts;
    }

    private void readQuantizers() {
        int base = header.number(7);
        int[] deltas = new int[5];
        for (int i = 0; i < 5; i++) {
            deltas[i] = header.optionalSigned(4);
        }
        for (int i = 0; i < 4; i++) {
            int q = segmented ? segmentQuantizer[i] + (absolute ? 0 : base) : base;
            steps[i] =
                    new int[] {
                        step(Vp8Tables.DC_STEPS, q + deltas[0], 127),
                        step(Vp8Tables.AC_STEPS, q, 127),
                        2 * step(Vp8Tables.DC_STEPS, q + deltas[1], 127),
                        Math.max(8, step(Vp8Tables.AC_STEPS, q + deltas[2], 127) * 101_581 >> 16),
                        step(Vp8Tables.DC_STEPS, q + deltas[3], 117),
                        step(Vp8Tables.AC_STEPS, q + deltas[4], 127)
                    };
        }
    }

    private static int step(int[] table, int quantizer, int most) {
        return table[Math.max(0, Math.min(most, quantizer))];
    }

    // Macroblocks.

    private void reconstruct() throws RefusedImageException {
        for (int row = 0; row * columns < filters.length; row++) {
            Arrays.fill(modesLeft, Vp8Prediction.DC);
            coefficients.startRow();
            Vp8BitReader tokens = partitions[row % partitions.length];
            for (int column = 0; column < columns; column++) {
                macroblock(column, row, tokens);
                if (header.exhausted() || tokens.exhausted()) {
                    throw corrupt("the end of its data within the pixels");
                }
            }
        }
        Vp8LoopFilter filter = new Vp8LoopFilter(luma, chroma, simpleFilter, sharpness);
        for (int i = 0; i < filters.length; i++) {
            if ((filters[i] & 63) > 0) {
                filter.filter(i % columns, i / columns, filters[i] & 63, filters[i] >= 64);
            }
        }
    }

    private void macroblock(int column, int row, Vp8BitReader tokens) {
        int segment = segmentMap ? segment() : 0;
        boolean skipped = skipProbability >= 0 && header.bit(skipProbability) != 0;
        boolean small = header.bit(145) == 0;
        int mode = small ? readSmallModes(column) : readMode(column);
        int chromaMode = readChromaMode();
        boolean coded = false;
        if (skipped) {
            coefficients.skip(column, small);
        } else {
            coded = coefficients.read(tokens, column, small, steps[segment]);
        }
        filters[row * columns + column] = (byte) filter(segment, small, coded);
        if (small) {
            reconstructSmall(column, row);
        } else {
            int at = luma.index(16 * column, 16 * row);
            Vp8Prediction.predict(luma, at, 16, mode, row > 0, column > 0);
            for (int i = 0; i < 16; i++) {
                transform.addCosine(
                        coefficients.values(),
                        16 * i,
                        luma,
                        at + i / 4 * 4 * luma.stride() + i % 4 * 4);
            }
        }
        for (int plane = 0; plane < 2; plane++) {
            int at = chroma[plane].index(8 * column, 8 * row);
            int stride = chroma[plane].stride();
            Vp8Prediction.predict(chroma[plane], at, 8, chromaMode, row > 0, column > 0);
            for (int i = 0; i < 4; i++) {
                transform.addCosine(
                        coefficients.values(),
                        16 * (16 + 4 * plane + i),
                        chroma[plane],
                        at + i / 2 * 4 * stride + i % 2 * 4);
            }
        }
    }

    private void reconstructSmall(int column, int row) {
        int stride = luma.stride();
        int top = luma.index(16 * column, 16 * row);
        boolean last = row > 0 && column == columns - 1;
        for (int i = 0; i < 16; i++) {
            int at = top + i / 4 * 4 * stride + i % 4 * 4;
            // The right column of blocks takes what is above the whole macroblock.
            boolean right = i % 4 == 3;
            int aboveRight = right ? top - stride + 16 : at - stride + 4;
            boolean repeated = right && last;
            prediction.predictSmall(
                    luma, at, modes[i], repeated ? aboveRight - 1 : aboveRight, repeated);
            transform.addCosine(coefficients.values(), 16 * i, luma, at);
        }
    }

    private int segment() {
        return header.bit(segmentProbabilities[0]) == 0
                ? header.bit(segmentProbabilities[1])
                : 2 + header.bit(segmentProbabilities[2]);
    }

    private int readMode(int column) {
        int mode;
        if (header.bit(156) == 0) {
            mode = header.bit(163) == 0 ? Vp8Prediction.DC : Vp8Prediction.VERTICAL;
        } else {
            mode = header.bit(128) == 0 ? Vp8Prediction.HORIZONTAL : Vp8Prediction.TRUE_MOTION;
        }
        Arrays.fill(modesLeft, mode);
        Arrays.fill(modesAbove, 4 * column, 4 * column + 4, mode);
        return mode;
    }

    private int readChromaMode() {
        if (header.bit(142) == 0) {
            return Vp8Prediction.DC;
        }
        if (header.bit(114) == 0) {
            return Vp8Prediction.VERTICAL;
        }
        return header.bit(183) == 0 ? Vp8Prediction.HORIZONTAL : Vp8Prediction.TRUE_MOTION;
    }

    /** Reads the modes of 16 blocks of 4 x 4 (section 11.2); returns any. */
    private int readSmallModes(int column) {
        for (int i = 0; i < 16; i++) {
            int above = 4 * column + i % 4;
            int from = 9 * (10 * modesAbove[above] + modesLeft[i / 4]);
            int node = Vp8Tables.MODE_TREE[header.bit(Vp8Tables.MODES[from])];
            while (node > 0) {
                node = Vp8Tables.MODE_TREE[2 * node + header.bit(Vp8Tables.MODES[from + node])];
            }
            modes[i] = -node;
            modesAbove[above] = -node;
            modesLeft[i / 4] = -node;
        }
        return Vp8Prediction.DC;
    }

    private int filter(int segment, boolean small, boolean coded) {
        if (filterLevel == 0) {
            return 0;
        }
        int level = segmented ? segmentLevel[segment] + (absolute ? 0 : filterLevel) : filterLevel;
        level += intraDelta + (small ? smallBlocksDelta : 0);
        return Math.max(0, Math.min(63, level)) | (small || coded ? 64 : 0);
    }

    private PixelImage pixels(int channels, WebpAlpha alpha) throws IOException {
        byte[] pixels = new byte[Math.multiplyExact(width * height, channels)];
        byte[] opacity = alpha == null ? null : alpha.decode(width, height);
        Vp8Colors colors = new Vp8Colors(luma, chroma, width, height);
        int[] rgb = new int[3 * width];
        int p = 0;
        for (int y = 0; y < height; y++) {
            colors.row(y, rgb);
            if (alpha != null) {
                alpha.blend(opacity, y * width, rgb);
            }
            for (int x = 0; x < rgb.length; x += 3) {
                if (channels == 1) {
                    pixels[p++] = RasterConversion.grey(rgb[x], rgb[x + 1], rgb[x + 2]);
                } else {
                    pixels[p++] = (byte) rgb[x];
                    pixels[p++] = (byte) rgb[x + 1];
                    pixels[p++] = (byte) rgb[x + 2];
                }
            }
        }
        return new PixelImage(width, height, channels, pixels);
    }
}
