package org.soda4j.data;

/**
 * Scales images down: a separable triangle filter as wide as the reduction, which is PIL's bilinear
 * filter and torchvision's antialiased one, rounded once at the end.
 */
final class ImageReduction {

    private ImageReduction() {}

    /** Returns the image with its shorter side at most this long, its shape kept. */
    static PixelImage reduce(PixelImage image, int shortSide) {
        int shorter = Math.min(image.width(), image.height());
        if (shorter <= shortSide) {
            return image;
        }
        // torchvision's Resize(int) truncates the longer side.
        int width = (int) ((long) image.width() * shortSide / shorter);
        int height = (int) ((long) image.height() * shortSide / shorter);
        return scale(image, width, height);
    }

    static PixelImage scale(PixelImage image, int width, int height) {
        int channels = image.channels();
        Weights columns = Weights.of(image.width(), width);
        Weights rows = Weights.of(image.height(), height);
        float[] wide = new float[image.height() * width * channels];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    float sum = 0;
                    for (int k = 0; k < columns.weights[x].length; k++) {
                        int column = columns.first[x] + k;
                        int sample =
                                image.pixels()[(y * image.width() + column) * channels + c] & 0xff;
                        sum += columns.weights[x][k] * sample;
                    }
                    wide[(y * width + x) * channels + c] = sum;
                }
            }
        }
        int stride = width * channels;
        byte[] pixels = new byte[height * stride];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < stride; i++) {
                float sum = 0;
                for (int k = 0; k < rows.weights[y].length; k++) {
                    sum += rows.weights[y][k] * wide[(rows.first[y] + k) * stride + i];
                }
                pixels[y * stride + i] = (byte) (int) Math.max(0, Math.min(255, sum + 0.5f));
            }
        }
        return new PixelImage(width, height, channels, pixels);
    }

    /**
     * For every output position the first input position that counts, and the weights from there.
     */
    private record Weights(int[] first, float[][] weights) {

        static Weights of(int from, int to) {
            double scale = from / (double) to;
            double support = Math.max(1, scale);
            int[] first = new int[to];
            float[][] weights = new float[to][];
            for (int i = 0; i < to; i++) {
                double centre = (i + 0.5) * scale;
                int low = Math.max(0, (int) (centre - support + 0.5));
                int high = Math.min(from, (int) (centre + support + 0.5));
                double[] raw = new double[high - low];
                double sum = 0;
                for (int k = 0; k < raw.length; k++) {
                    raw[k] = Math.max(0, 1 - Math.abs((low + k + 0.5 - centre) / support));
                    sum += raw[k];
                }
                first[i] = low;
                weights[i] = new float[raw.length];
                for (int k = 0; k < raw.length; k++) {
                    weights[i][k] = (float) (raw[k] / sum);
                }
            }
            return new Weights(first, weights);
        }
    }
}
