package org.soda4j.image;

/** VP8's smoothing of the edges of blocks (RFC 6386, section 15). */
final class Vp8LoopFilter {

    private final Vp8Plane luma;
    private final Vp8Plane[] chroma;
    private final boolean simple;
    private final int sharpness;

    Vp8LoopFilter(Vp8Plane luma, Vp8Plane[] chroma, boolean simple, int sharpness) {
        this.luma = luma;
        this.chroma = chroma;
        this.simple = simple;
        this.sharpness = sharpness;
    }

    /**
     * Smooths the left and upper edges of a macroblock, and those within it.
     *
     * @param level the strength, 1 to 63
     * @param inner whether edges within it are smoothed
     */
    void filter(int column, int row, int level, boolean inner) {
        int interior = level;
        if (sharpness > 0) {
            interior = Math.min(level >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }
        interior = Math.max(interior, 1);
        int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        int limit = 2 * level + interior;
        edges(column > 0, column, row, true, limit, interior, variance, inner);
        edges(row > 0, column, row, false, limit, interior, variance, inner);
    }

    private void edges(
            boolean outer,
            int column,
            int row,
            boolean upright,
            int limit,
            int interior,
            int variance,
            boolean inner) {
        for (int offset = outer ? 0 : 4; offset < (inner ? 16 : 4); offset += 4) {
            int threshold = 2 * (offset == 0 ? limit + 4 : limit) + 1;
            int x = 16 * column + (upright ? offset : 0);
            int y = 16 * row + (upright ? 0 : offset);
            if (simple) {
                simpleEdge(luma, x, y, upright, threshold);
            } else {
                edge(luma, x, y, 16, upright, offset == 0, threshold, interior, variance);
            }
        }
        for (int offset = outer ? 0 : 4; offset < (inner ? 8 : 4) && !simple; offset += 4) {
            int threshold = 2 * (offset == 0 ? limit + 4 : limit) + 1;
            int x = 8 * column + (upright ? offset : 0);
            int y = 8 * row + (upright ? 0 : offset);
            for (Vp8Plane plane : chroma) {
                edge(plane, x, y, 8, upright, offset == 0, threshold, interior, variance);
            }
        }
    }

    private static void simpleEdge(Vp8Plane plane, int x, int y, boolean upright, int threshold) {
        int across = upright ? 1 : plane.stride();
        int along = upright ? plane.stride() : 1;
        int at = plane.index(x, y);
        for (int i = 0; i < 16; i++, at += along) {
            int difference = Math.abs(plane.get(at) - plane.get(at - across));
            int wider = Math.abs(plane.get(at - 2 * across) - plane.get(at + across));
            if (4 * difference + wider <= threshold) {
                smoothTwo(plane, at, across);
            }
        }
    }

    private static void edge(
            Vp8Plane plane,
            int x,
            int y,
            int length,
            boolean upright,
            boolean outer,
            int threshold,
            int interior,
            int variance) {
        byte[] samples = plane.samples();
        int across = upright ? 1 : plane.stride();
        int along = upright ? plane.stride() : 1;
        int at = plane.index(x, y);
        for (int i = 0; i < length; i++, at += along) {
            int before = samples[at - across] & 0xff;
            int before2 = samples[at - 2 * across] & 0xff;
            int behind = samples[at] & 0xff;
            int behind2 = samples[at + across] & 0xff;
            if (4 * Math.abs(before - behind) + Math.abs(before2 - behind2) > threshold) {
                continue;
            }
            int before3 = samples[at - 3 * across] & 0xff;
            int behind3 = samples[at + 2 * across] & 0xff;
            int nearBefore = Math.abs(before2 - before);
            int nearBehind = Math.abs(behind2 - behind);
            if (nearBefore > interior
                    || nearBehind > interior
                    || Math.abs(before3 - before2) > interior
                    || Math.abs(behind3 - behind2) > interior
                    || Math.abs((samples[at - 4 * across] & 0xff) - before3) > interior
                    || Math.abs((samples[at + 3 * across] & 0xff) - behind3) > interior) {
                continue;
            }
            if (nearBefore > variance || nearBehind > variance) {
                smoothTwo(plane, at, across);
            } else if (outer) {
                smoothSix(plane, at, across);
            } else {
                smoothFour(plane, at, across);
            }
        }
    }

    private static void smoothTwo(Vp8Plane plane, int at, int across) {
        int outer = plane.get(at - 2 * across) - plane.get(at + across);
        int a = 3 * (plane.get(at) - plane.get(at - across)) + signedByte(outer);
        move(plane, at, across, 0, eighth(a + 4), eighth(a + 3));
    }

    private static void smoothFour(Vp8Plane plane, int at, int across) {
        int a = 3 * (plane.get(at) - plane.get(at - across));
        int upper = eighth(a + 4);
        move(plane, at, across, 0, upper, eighth(a + 3));
        move(plane, at, across, 1, upper + 1 >> 1, upper + 1 >> 1);
    }

    private static void smoothSix(Vp8Plane plane, int at, int across) {
        int outer = plane.get(at - 2 * across) - plane.get(at + across);
        int a = signedByte(3 * (plane.get(at) - plane.get(at - across)) + signedByte(outer));
        for (int i = 0; i < 3; i++) {
            int change = (27 - 9 * i) * a + 63 >> 7;
            move(plane, at, across, i, change, change);
        }
    }

    /** Takes from the sample at a distance behind the edge and adds to the one before it. */
    private static void move(
            Vp8Plane plane, int at, int across, int distance, int taken, int added) {
        int behind = at + distance * across;
        int before = at - (distance + 1) * across;
        plane.set(behind, plane.get(behind) - taken);
        plane.set(before, plane.get(before) + added);
    }

    private static int signedByte(int value) {
        return Math.max(-128, Math.min(127, value));
    }

    private static int eighth(int value) {
        return Math.max(-16, Math.min(15, value >> 3));
    }
}
