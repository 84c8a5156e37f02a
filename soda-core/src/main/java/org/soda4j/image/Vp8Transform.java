package org.soda4j.image;

/** VP8's inverse transforms (RFC 6386, section 14). */
final class Vp8Transform {

    private final int[] columns = new int[16];

    /** Adds the inverse cosine transform of the 16 coefficients at a place to a block of 4 x 4. */
    void addCosine(int[] in, int from, Vp8Plane plane, int at) {
        int others = 0;
        for (int i = from + 1; i < from + 16; i++) {
            others |= in[i];
        }
        if (others == 0 && in[from] == 0) {
            return;
        }
        for (int i = 0; i < 4; i++) {
            int top = from + i;
            int even = in[top] + in[top + 8];
            int odd = in[top] - in[top + 8];
            int c = sine(in[top + 4]) - cosine(in[top + 12]);
            int d = cosine(in[top + 4]) + sine(in[top + 12]);
            columns[4 * i] = even + d;
            columns[4 * i + 1] = odd + c;
            columns[4 * i + 2] = odd - c;
            columns[4 * i + 3] = even - d;
        }
        for (int i = 0; i < 4; i++) {
            int first = columns[i] + 4;
            int even = first + columns[i + 8];
            int odd = first - columns[i + 8];
            int c = sine(columns[i + 4]) - cosine(columns[i + 12]);
            int d = cosine(columns[i + 4]) + sine(columns[i + 12]);
            int row = at + i * plane.stride();
            add(plane, row, even + d);
            add(plane, row + 1, odd + c);
            add(plane, row + 2, odd - c);
            add(plane, row + 3, even - d);
        }
    }

    /** Times sqrt(2) cos(pi/8), in 16 bits. */
    private static int cosine(int value) {
        return (value * 20091 >> 16) + value;
    }

    /** Times sqrt(2) sin(pi/8), in 16 bits. */
    private static int sine(int value) {
        return value * 35468 >> 16;
    }

    private static void add(Vp8Plane plane, int at, int value) {
        plane.set(at, plane.get(at) + (value >> 3));
    }

    /**
     * Writes the inverse Walsh-Hadamard transform of a block into the first places of 16 others.
     */
    void hadamard(int[] in, int from, int[] out) {
        for (int i = from; i < from + 4; i++) {
            int a = in[i] + in[i + 12];
            int b = in[i + 4] + in[i + 8];
            int c = in[i + 4] - in[i + 8];
            int d = in[i] - in[i + 12];
            int to = i - from;
            columns[to] = a + b;
            columns[to + 4] = d + c;
            columns[to + 8] = a - b;
            columns[to + 12] = d - c;
        }
        for (int i = 0; i < 16; i += 4) {
            int a = columns[i] + 3 + columns[i + 3];
            int b = columns[i + 1] + columns[i + 2];
            int c = columns[i + 1] - columns[i + 2];
            int d = columns[i] + 3 - columns[i + 3];
            out[16 * i] = a + b >> 3;
            out[16 * i + 16] = d + c >> 3;
            out[16 * i + 32] = a - b >> 3;
            out[16 * i + 48] = d - c >> 3;
        }
    }
}
