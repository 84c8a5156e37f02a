package org.soda4j.engine;

/** The operators again as plain loops over doubles, from their textbook definitions. */
final class PlainMath {

    private static final double EPSILON = 1e-5;

    private PlainMath() {}

    /** An array in row-major order. */
    record Tensor(double[] data, int... shape) {

        int dim(int axis) {
            return shape[axis];
        }

        double at(int n, int c, int y, int x) {
            return data[((n * shape[1] + c) * shape[2] + y) * shape[3] + x];
        }
    }

    static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    static Tensor silu(Tensor x) {
        double[] y = x.data().clone();
        for (int i = 0; i < y.length; i++) {
            y[i] = silu(y[i]);
        }
        return new Tensor(y, x.shape());
    }

    /** Group norm of {@code [N, C, H, W]}. */
    static Tensor groupNorm(Tensor x, double[] weight, double[] bias, int groups) {
        int channels = x.dim(1);
        int pixels = x.dim(2) * x.dim(3);
        int size = channels / groups * pixels;
        double[] y = new double[x.data().length];
        for (int start = 0; start < y.length; start += size) {
            double mean = 0;
            for (int i = start; i < start + size; i++) {
                mean += x.data()[i] / size;
            }
            double variance = 0;
            for (int i = start; i < start + size; i++) {
                variance += Math.pow(x.data()[i] - mean, 2) / size;
            }
            for (int i = start; i < start + size; i++) {
                int c = i / pixels % channels;
                y[i] = (x.data()[i] - mean) / Math.sqrt(variance + EPSILON) * weight[c] + bias[c];
            }
        }
        return new Tensor(y, x.shape());
    }

    /** {@code silu(z_s (t_s norm(h) + t_b) + z_b)}, the paper's AdaGN. */
    static Tensor modulatedNormSilu(
            Tensor h, Tensor time, Tensor latent, double[] weight, double[] bias, int groups) {
        Tensor normal = groupNorm(h, weight, bias, groups);
        int channels = h.dim(1);
        int pixels = h.dim(2) * h.dim(3);
        double[] y = new double[normal.data().length];
        for (int i = 0; i < y.length; i++) {
            int c = i / pixels % channels;
            int row = i / pixels / channels * 2 * channels;
            double timed =
                    time.data()[row + c] * normal.data()[i] + time.data()[row + channels + c];
            y[i] = silu(latent.data()[row + c] * timed + latent.data()[row + channels + c]);
        }
        return new Tensor(y, h.shape());
    }

    /** {@code x weight^T + bias} for {@code x [rows, in]}. */
    static Tensor linear(Tensor x, Tensor weight, double[] bias) {
        int rows = x.dim(0);
        int in = x.dim(1);
        int out = weight.dim(0);
        double[] y = new double[rows * out];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < out; o++) {
                double sum = bias[o];
                for (int i = 0; i < in; i++) {
                    sum += x.data()[r * in + i] * weight.data()[o * in + i];
                }
                y[r * out + o] = sum;
            }
        }
        return new Tensor(y, rows, out);
    }

    /** Cross-correlation with padding k / 2; a null bias means none. */
    static Tensor conv(Tensor x, Tensor weight, double[] bias, int stride) {
        int k = weight.dim(2);
        int height = (x.dim(2) + stride - 1) / stride;
        int width = (x.dim(3) + stride - 1) / stride;
        int out = weight.dim(0);
        double[] y = new double[x.dim(0) * out * height * width];
        int i = 0;
        for (int n = 0; n < x.dim(0); n++) {
            for (int o = 0; o < out; o++) {
                for (int row = 0; row < height; row++) {
                    for (int column = 0; column < width; column++) {
                        double sum = bias == null ? 0 : bias[o];
                        int top = row * stride - k / 2;
                        int left = column * stride - k / 2;
                        y[i++] = sum + window(x, weight, n, o, top, left);
                    }
                }
            }
        }
        return new Tensor(y, x.dim(0), out, height, width);
    }

    private static double window(Tensor x, Tensor weight, int n, int o, int top, int left) {
        double sum = 0;
        for (int c = 0; c < x.dim(1); c++) {
            for (int a = 0; a < weight.dim(2); a++) {
                for (int b = 0; b < weight.dim(3); b++) {
                    int row = top + a;
                    int column = left + b;
                    if (row >= 0 && row < x.dim(2) && column >= 0 && column < x.dim(3)) {
                        sum += x.at(n, c, row, column) * weight.at(o, c, a, b);
                    }
                }
            }
        }
        return sum;
    }

    /** Softmax attention of one head: {@code [length, width]} over {@code [keys, width]}. */
    static double[][] attention(double[][] query, double[][] key, double[][] value) {
        int width = query[0].length;
        double[][] y = new double[query.length][width];
        for (int q = 0; q < query.length; q++) {
            double[] weights = new double[key.length];
            double total = 0;
            for (int k = 0; k < key.length; k++) {
                double dot = 0;
                for (int i = 0; i < width; i++) {
                    dot += query[q][i] * key[k][i];
                }
                weights[k] = Math.exp(dot / Math.sqrt(width));
                total += weights[k];
            }
            for (int k = 0; k < key.length; k++) {
                for (int i = 0; i < width; i++) {
                    y[q][i] += weights[k] / total * value[k][i];
                }
            }
        }
        return y;
    }

    /** Mean of 2 x 2, nearest neighbour, or the same. */
    static Tensor resize(Tensor x, Resample resample) {
        if (resample == Resample.NONE) {
            return x;
        }
        int height = (int) resample.size(x.dim(2));
        int width = (int) resample.size(x.dim(3));
        double[] y = new double[x.dim(0) * x.dim(1) * height * width];
        int i = 0;
        for (int n = 0; n < x.dim(0); n++) {
            for (int c = 0; c < x.dim(1); c++) {
                for (int row = 0; row < height; row++) {
                    for (int column = 0; column < width; column++) {
                        y[i++] =
                                resample == Resample.UP
                                        ? x.at(n, c, row / 2, column / 2)
                                        : (x.at(n, c, 2 * row, 2 * column)
                                                        + x.at(n, c, 2 * row, 2 * column + 1)
                                                        + x.at(n, c, 2 * row + 1, 2 * column)
                                                        + x.at(n, c, 2 * row + 1, 2 * column + 1))
                                                / 4;
                    }
                }
            }
        }
        return new Tensor(y, x.dim(0), x.dim(1), height, width);
    }

    /** Batch norm with given statistics. */
    static Tensor batchNorm(
            Tensor x, double[] weight, double[] bias, double[] mean, double[] variance) {
        int pixels = x.dim(2) * x.dim(3);
        double[] y = new double[x.data().length];
        for (int i = 0; i < y.length; i++) {
            int c = i / pixels % x.dim(1);
            y[i] = (x.data()[i] - mean[c]) / Math.sqrt(variance[c] + EPSILON) * weight[c] + bias[c];
        }
        return new Tensor(y, x.shape());
    }

    /** The mean, or else the population variance, of each channel over the batch. */
    static double[] channelMoment(Tensor x, boolean variance) {
        int pixels = x.dim(2) * x.dim(3);
        double count = x.dim(0) * pixels;
        double[] mean = new double[x.dim(1)];
        for (int i = 0; i < x.data().length; i++) {
            mean[i / pixels % x.dim(1)] += x.data()[i] / count;
        }
        if (!variance) {
            return mean;
        }
        double[] second = new double[x.dim(1)];
        for (int i = 0; i < x.data().length; i++) {
            int c = i / pixels % x.dim(1);
            second[c] += Math.pow(x.data()[i] - mean[c], 2) / count;
        }
        return second;
    }

    static Tensor add(Tensor a, Tensor b) {
        double[] y = a.data().clone();
        for (int i = 0; i < y.length; i++) {
            y[i] += b.data()[i];
        }
        return new Tensor(y, a.shape());
    }

    static Tensor relu(Tensor x) {
        double[] y = x.data().clone();
        for (int i = 0; i < y.length; i++) {
            y[i] = Math.max(0, y[i]);
        }
        return new Tensor(y, x.shape());
    }
}
