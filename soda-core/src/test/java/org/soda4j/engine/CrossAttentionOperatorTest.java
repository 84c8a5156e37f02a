package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import org.junit.jupiter.api.Test;
import org.soda4j.engine.PlainMath.Tensor;

/** Values against plain loops and gradients against finite differences, in float64. */
class CrossAttentionOperatorTest extends Float64Operators {

    private static final int CHANNELS = 4;
    private static final int PIXELS = 6;
    private static final int TOKENS = 5;
    private static final int WIDTH = 3;

    private NDArray[] inputs(int examples) {
        return new NDArray[] {
            random(1, examples, CHANNELS, 2, 3),
            random(2, examples, TOKENS, WIDTH),
            random(3, CHANNELS),
            random(4, CHANNELS),
            random(5, CHANNELS, CHANNELS),
            random(6, CHANNELS),
            random(7, 2 * CHANNELS, WIDTH),
            random(8, 2 * CHANNELS),
            random(9, CHANNELS, CHANNELS),
            random(10, CHANNELS)
        };
    }

    @Test
    void pixelsAttendToTokens() {
        NDArray[] a = inputs(1);
        int heads = 2;
        int head = CHANNELS / heads;
        Tensor normed = PlainMath.groupNorm(plain(a[0]), values(a[2]), values(a[3]), 2);
        double[] rows = new double[PIXELS * CHANNELS];
        for (int p = 0; p < PIXELS; p++) {
            for (int c = 0; c < CHANNELS; c++) {
                rows[p * CHANNELS + c] = normed.data()[c * PIXELS + p];
            }
        }
        Tensor query =
                PlainMath.linear(new Tensor(rows, PIXELS, CHANNELS), plain(a[4]), values(a[5]));
        Tensor both =
                PlainMath.linear(
                        new Tensor(values(a[1]), TOKENS, WIDTH), plain(a[6]), values(a[7]));
        double[] attended = new double[PIXELS * CHANNELS];
        for (int h = 0; h < heads; h++) {
            double[][] result =
                    PlainMath.attention(
                            columns(query, PIXELS, CHANNELS, h * head, head),
                            columns(both, TOKENS, 2 * CHANNELS, 2 * h * head, head),
                            columns(both, TOKENS, 2 * CHANNELS, (2 * h + 1) * head, head));
            for (int p = 0; p < PIXELS; p++) {
                System.arraycopy(result[p], 0, attended, p * CHANNELS + h * head, head);
            }
        }
        Tensor out =
                PlainMath.linear(new Tensor(attended, PIXELS, CHANNELS), plain(a[8]), values(a[9]));
        double[] expected = values(a[0]);
        for (int p = 0; p < PIXELS; p++) {
            for (int c = 0; c < CHANNELS; c++) {
                expected[c * PIXELS + p] += out.data()[p * CHANNELS + c];
            }
        }
        assertClose(values(crossAttentionBlock(a, heads, INFERENCE)), expected);
    }

    /** The inputs in the order of {@link #inputs}. */
    private static NDArray crossAttentionBlock(NDArray[] a, int heads, OperatorMode mode) {
        return Operators.crossAttentionBlock(
                a[0],
                a[1],
                new Norm.Group(a[2], a[3], 2),
                new Affine(a[4], a[5]),
                new Affine(a[6], a[7]),
                new Affine(a[8], a[9]),
                heads,
                mode);
    }

    private static double[][] columns(Tensor rows, int count, int width, int from, int columns) {
        double[][] part = new double[count][columns];
        for (int i = 0; i < count; i++) {
            System.arraycopy(rows.data(), i * width + from, part[i], 0, columns);
        }
        return part;
    }

    @Test
    void gradients() {
        GradientCheck.check(b -> crossAttentionBlock(b, 2, TRAINING), inputs(2));
    }

    @Test
    void theOrderOfTheTokensDoesNotMatter() {
        NDArray[] a = inputs(2);
        double[] expected = values(crossAttentionBlock(a, 1, INFERENCE));
        NDList tokens = a[1].split(TOKENS, 1);
        NDArray turned = tokens.remove(0);
        tokens.add(turned);
        a[1] = tokens.get(0).getNDArrayInternal().concat(tokens.subNDList(1), 1);
        assertClose(values(crossAttentionBlock(a, 1, INFERENCE)), expected);
    }
}
