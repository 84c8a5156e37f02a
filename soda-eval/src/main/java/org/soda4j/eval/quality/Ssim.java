package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;

/**
 * Structural similarity (Wang et al., Image quality assessment: from error visibility to structural
 * similarity, 2004), with the paper's settings as scikit-image's {@code structural_similarity(...,
 * gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1)} has them: an 11 x
 * 11 Gaussian window of standard deviation 1.5, K1 = 0.01, K2 = 0.03, the mean over all windows
 * that lie inside the image, and over channels. {@code Ssim::of} is an {@link ImageMetric}.
 */
public final class Ssim {

    /** Height and width of the window, which an image has at least. */
    public static final int WINDOW = 11;

    private static final double SIGMA = 1.5;
    private static final double C1 = 0.01 * 0.01;
    private static final double C2 = 0.03 * 0.03;
    private static final double[] GAUSSIAN = gaussian();

    private Ssim() {}

    /**
     * Compares images one by one.
     *
     * @param a {@code [N, C, H, W] in [0, 1]} with H and W of at least 11, any float dtype
     * @param b the same shape
     * @return {@code N} values from -1 to 1, which is equality
     * @throws IllegalArgumentException if the shapes differ or are too small, or a pixel lies
     *     outside of [0, 1]
     */
    public static double[] of(NDArray a, NDArray b) {
        ImagePlanes[] pair = ImagePlanes.pair(a, b);
        int height = pair[0].height();
        int width = pair[0].width();
        if (height < WINDOW || width < WINDOW) {
            throw new IllegalArgumentException(
                    "expected images of at least %d x %d for the window, found %d x %d"
                            .formatted(WINDOW, WINDOW, height, width));
        }
        double[] result = new double[pair[0].images()];
        int channels = pair[0].channels();
        int plane = height * width;
        for (int p = 0; p < result.length * channels; p++) {
            double[] x = new double[plane];
            double[] y = new double[plane];
            System.arraycopy(pair[0].values(), p * plane, x, 0, plane);
            System.arraycopy(pair[1].values(), p * plane, y, 0, plane);
            result[p / channels] += plane(x, y, height, width) / channels;
        }
        return result;
    }

    private static double plane(double[] x, double[] y, int height, int width) {
        double[] meanX = filter(x, height, width);
        double[] meanY = filter(y, height, width);
        double[] meanXx = filter(product(x, x), height, width);
        double[] meanYy = filter(product(y, y), height, width);
        double[] meanXy = filter(product(x, y), height, width);
        double sum = 0;
        for (int i = 0; i < meanX.length; i++) {
            double mx = meanX[i];
            double my = meanY[i];
            double varianceX = meanXx[i] - mx * mx;
            double varianceY = meanYy[i] - my * my;
            double covariance = meanXy[i] - mx * my;
            // Equation 13.
            sum +=
                    (2 * mx * my + C1)
                            * (2 * covariance + C2)
                            / ((mx * mx + my * my + C1) * (varianceX + varianceY + C2));
        }
        return sum / meanX.length;
    }

    private static double[] product(double[] a, double[] b) {
        double[] product = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            product[i] = a[i] * b[i];
        }
        return product;
    }

    /** The weighted mean over every window inside the image, rows first, then columns. */
    private static double[] filter(double[] plane, int height, int width) {
        int columns = width - WINDOW + 1;
        int rows = height - WINDOW + 1;
        double[] across = new double[height * columns];
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int k = 0; k < WINDOW; k++) {
                    sum += GAUSSIAN[k] * plane[i * width + j + k];
                }
                across[i * columns + j] = sum;
            }
        }
        double[] result = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int k = 0; k < WINDOW; k++) {
                    sum += GAUSSIAN[k] * across[(i + k) * columns + j];
                }
                result[i * columns + j] = sum;
            }
        }
        return result;
    }

    private static double[] gaussian() {
        double[] weights = new double[WINDOW];
        double sum = 0;
        for (int k = 0; k < WINDOW; k++) {
            double z = (k - WINDOW / 2) / SIGMA;
            weights[k] = Math.exp(-z * z / 2);
            sum += weights[k];
        }
        for (int k = 0; k < WINDOW; k++) {
            weights[k] /= sum;
        }
        return weights;
    }
}
