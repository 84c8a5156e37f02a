package org.soda4j.image;

import java.util.Arrays;

/** Reads the coefficients of a VP8 frame's macroblocks (RFC 6386, section 13). */
final class Vp8Coefficients {

    private static final int CONTEXTS = 3;
    private static final int NODES = 11;

    /** Kinds of blocks, by which probabilities differ. */
    private static final int LUMA_WITHOUT_FIRST = 0;

    private static final int FIRSTS = 1;
    private static final int CHROMA = 2;
    private static final int LUMA = 3;

    /** Where the firsts stand behind 16 blocks of luma and 8 of chroma. */
    private static final int FIRSTS_AT = 24 * 16;

    private final Vp8Transform transform;
    private final int[] probabilities = Vp8Tables.COEFFICIENTS.clone();
    private final int[] values = new int[25 * 16];

    /** Whether the nearest blocks of luma (4), u (2), v (2) and firsts (1) have coefficients. */
    private final boolean[][] codedAbove;

    private final boolean[] codedLeft = new boolean[9];

    Vp8Coefficients(Vp8BitReader header, int columns, Vp8Transform transform) {
        this.transform = transform;
        codedAbove = new boolean[columns][9];
        for (int i = 0; i < probabilities.length; i++) {
            if (header.bit(Vp8Tables.UPDATES[i]) != 0) {
                probabilities[i] = header.number(8);
            }
        }
    }

    /** {@return those of the macroblock that was read: 16 blocks of luma, 4 of u, 4 of v} */
    int[] values() {
        return values;
    }

    void startRow() {
        Arrays.fill(codedLeft, false);
    }

    /** Takes a macroblock that has none. */
    void skip(int column, boolean small) {
        Arrays.fill(values, 0);
        int blocks = small ? 8 : 9;
        Arrays.fill(codedLeft, 0, blocks, false);
        Arrays.fill(codedAbove[column], 0, blocks, false);
    }

    /**
     * Reads a macroblock's coefficients.
     *
     * @param small whether its luma is predicted in blocks of 4 x 4
     * @param step of the quantizer: first and others of luma, of its firsts, and of chroma
     * @return whether any pixel changes by them
     */
    boolean read(Vp8BitReader tokens, int column, boolean small, int[] step) {
        Arrays.fill(values, 0);
        boolean[] above = codedAbove[column];
        int from = 0;
        int kind = LUMA;
        boolean any = false;
        if (!small) {
            int end = readBlock(tokens, FIRSTS, context(above, 8, 8), step, 2, 0, FIRSTS_AT);
            above[8] = end > 0;
            codedLeft[8] = end > 0;
            transform.hadamard(values, FIRSTS_AT, values);
            from = 1;
            kind = LUMA_WITHOUT_FIRST;
        }
        for (int i = 0; i < 24; i++) {
            boolean colour = i >= 16;
            // Luma has four blocks a side, u and v have two.
            int x = colour ? 4 + (i - 16) / 4 * 2 + i % 2 : i % 4;
            int y = colour ? 4 + (i - 16) / 2 : i / 4;
            int first = colour ? 0 : from;
            int end =
                    readBlock(
                            tokens,
                            colour ? CHROMA : kind,
                            context(above, x, y),
                            step,
                            colour ? 4 : 0,
                            first,
                            16 * i);
            above[x] = end > first;
            codedLeft[y] = end > first;
            any |= end > 1 || values[16 * i] != 0;
        }
        return any;
    }

    private int context(boolean[] above, int x, int y) {
        return (above[x] ? 1 : 0) + (codedLeft[y] ? 1 : 0);
    }

    /** Reads a block of coefficients; returns the place behind the last. */
    private int readBlock(
            Vp8BitReader tokens, int kind, int context, int[] step, int steps, int from, int to) {
        int[] p = probabilities;
        int node = node(kind, from, context);
        for (int i = from; i < 16; i++) {
            if (tokens.bit(p[node]) == 0) {
                return i;
            }
            while (tokens.bit(p[node + 1]) == 0) {
                if (++i == 16) {
                    return 16;
                }
                node = node(kind, i, 0);
            }
            int value = 1;
            if (tokens.bit(p[node + 2]) != 0) {
                value = largeValue(tokens, node);
            }
            node = node(kind, i + 1, value > 1 ? 2 : 1);
            int signed = tokens.flag() ? -value : value;
            values[to + Vp8Tables.ZIGZAG[i]] = (short) (signed * step[i > 0 ? steps + 1 : steps]);
        }
        return 16;
    }

    private static int node(int kind, int place, int context) {
        return ((8 * kind + Vp8Tables.BANDS[place]) * CONTEXTS + context) * NODES;
    }

    private int largeValue(Vp8BitReader tokens, int node) {
        int[] p = probabilities;
        if (tokens.bit(p[node + 3]) == 0) {
            return tokens.bit(p[node + 4]) == 0 ? 2 : 3 + tokens.bit(p[node + 5]);
        }
        if (tokens.bit(p[node + 6]) == 0) {
            if (tokens.bit(p[node + 7]) == 0) {
                return 5 + tokens.bit(159);
            }
            return 7 + 2 * tokens.bit(165) + tokens.bit(145);
        }
        int high = tokens.bit(p[node + 8]);
        int category = 2 * high + tokens.bit(p[node + 9 + high]);
        int extra = 0;
        for (int probability : Vp8Tables.EXTRA_BITS[category]) {
            extra = 2 * extra + tokens.bit(probability);
        }
        return 3 + (8 << category) + extra;
    }
}
