package org.soda4j.image;

import java.util.Arrays;

/** VP8's prediction of blocks from the samples around them (RFC 6386, section 12). */
final class Vp8Prediction {

    static final int DC = 0;
    static final int TRUE_MOTION = 1;
    static final int VERTICAL = 2;
    static final int HORIZONTAL = 3;
    private static final int RIGHT_DOWN = 4;
    private static final int VERTICAL_RIGHT = 5;
    private static final int LEFT_DOWN = 6;
    private static final int VERTICAL_LEFT = 7;
    private static final int HORIZONTAL_DOWN = 8;

    /** Where the corner stands among the samples around a block. */
    private static final int CORNER = 5;

    /** From the lowest to the left over the corner to the last above right; both ends twice. */
    private final int[] edge = new int[15];

    /** Predicts a block of 16 x 16 or 8 x 8; at the frame's edges DC takes what there is. */
    static void predict(
            Vp8Plane plane, int at, int size, int mode, boolean hasAbove, boolean hasLeft) {
        int stride = plane.stride();
        byte[] samples = plane.samples();
        int above = at - stride;
        byte mean = (byte) (mode == DC ? mean(plane, at, size, hasAbove, hasLeft) : 0);
        for (int row = at; row < at + size * stride; row += stride) {
            int left = plane.get(row - 1);
            switch (mode) {
                case DC -> Arrays.fill(samples, row, row + size, mean);
                case VERTICAL -> System.arraycopy(samples, above, samples, row, size);
                case HORIZONTAL -> Arrays.fill(samples, row, row + size, (byte) left);
                default -> {
                    int offset = left - plane.get(above - 1);
                    for (int x = 0; x < size; x++) {
                        plane.set(row + x, plane.get(above + x) + offset);
                    }
                }
            }
        }
    }

    private static int mean(Vp8Plane plane, int at, int size, boolean hasAbove, boolean hasLeft) {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += hasAbove ? plane.get(at - plane.stride() + i) : 0;
            sum += hasLeft ? plane.get(at - 1 + i * plane.stride()) : 0;
        }
        int count = (hasAbove ? size : 0) + (hasLeft ? size : 0);
        return count == 0 ? 128 : (sum + count / 2) / count;
    }

    /**
     * Predicts a block of 4 x 4.
     *
     * @param aboveRight where the four samples above and to the right stand
     * @param repeated whether there is only one of them
     */
    void predictSmall(Vp8Plane plane, int at, int mode, int aboveRight, boolean repeated) {
        int stride = plane.stride();
        for (int i = 0; i < 4; i++) {
            edge[CORNER - 1 - i] = plane.get(at - 1 + i * stride);
            edge[CORNER + 1 + i] = plane.get(at - stride + i);
            edge[CORNER + 5 + i] = plane.get(repeated ? aboveRight : aboveRight + i);
        }
        edge[CORNER] = plane.get(at - stride - 1);
        edge[0] = edge[1];
        edge[14] = edge[13];
        int mean = 4;
        for (int i = 1; i <= 4; i++) {
            mean += edge[CORNER - i] + edge[CORNER + i];
        }
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                plane.set(at + y * stride + x, mode == DC ? mean >> 3 : sample(mode, x, y));
            }
        }
    }

    private int sample(int mode, int x, int y) {
        int column = x - y / 2;
        int row = y - x / 2;
        int leftward = x + y / 2;
        int upward = x + 2 * y;
        return switch (mode) {
            case TRUE_MOTION -> edge[CORNER - 1 - y] + edge[CORNER + 1 + x] - edge[CORNER];
            case VERTICAL -> ofThree(CORNER + 1 + x);
            case HORIZONTAL -> ofThree(CORNER - 1 - y);
            case RIGHT_DOWN -> ofThree(CORNER + x - y);
            case LEFT_DOWN -> ofThree(CORNER + 2 + x + y);
            case VERTICAL_RIGHT -> {
                if (column < 0) {
                    yield ofThree(CORNER + 1 - y);
                }
                yield y % 2 == 0 ? ofTwo(CORNER + column) : ofThree(CORNER + column);
            }
            case VERTICAL_LEFT -> {
                if (leftward == 4) {
                    yield ofThree(CORNER + 4 + y);
                }
                yield y % 2 == 0 ? ofTwo(CORNER + 1 + leftward) : ofThree(CORNER + 2 + leftward);
            }
            case HORIZONTAL_DOWN -> {
                if (row < 0) {
                    yield ofThree(CORNER - 1 + x);
                }
                yield x % 2 == 0 ? ofTwo(CORNER - 1 - row) : ofThree(CORNER - row);
            }
            default -> {
                if (upward > 5) {
                    yield edge[1];
                }
                yield upward % 2 == 0 ? ofTwo(3 - upward / 2) : ofThree(3 - upward / 2);
            }
        };
    }

    private int ofTwo(int i) {
        return edge[i] + edge[i + 1] + 1 >> 1;
    }

    private int ofThree(int i) {
        return edge[i - 1] + 2 * edge[i] + edge[i + 1] + 2 >> 2;
    }
}
