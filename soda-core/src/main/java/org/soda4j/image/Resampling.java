package org.soda4j.image;

import java.util.Arrays;
import org.soda4j.engine.Internal;

/**
 * Antialiased bilinear resampling of a part of an image, in two passes with 8-bit samples in
 * between, as Pillow does it: first along the rows, then along the columns.
 */
@Internal
public final class Resampling {

    private static final int SHIFT = ResamplingWeights.PRECISION_BITS;
    private static final int HALF = ResamplingWeights.HALF;

    private Resampling() {}

    /**
     * Replaces the image by a part of it, resampled.
     *
     * @param image is changed
     * @param top first row of the part
     * @param left first column of the part
     * @param height rows of the part
     * @param width columns of the part
     * @param toHeight rows of the result
     * @param toWidth columns of the result
     */
    public static void resize(
            PixelBuffer image,
            int top,
            int left,
            int height,
            int width,
            int toHeight,
            int toWidth) {
        int channels = image.channels();
        byte[] between = image.spare(height * toWidth * channels);
        rows(image, top, left, height, width, toWidth, between);
        if (height == toHeight) {
            image.swap(toWidth, toHeight, channels);
            return;
        }
        ResamplingWeights weights = image.resamplingWeights().get(height, toHeight);
        byte[] out = image.reshape(toWidth, toHeight, channels);
        if (weights.taps == 2) {
            columnsOfTwo(weights, between, height, toHeight, toWidth * channels, out);
        } else {
            columns(weights, between, toHeight, toWidth * channels, image, out);
        }
    }

    private static void rows(
            PixelBuffer image,
            int top,
            int left,
            int height,
            int width,
            int toWidth,
            byte[] between) {
        int channels = image.channels();
        int stride = image.width() * channels;
        byte[] in = image.pixels();
        if (width == toWidth) {
            for (int y = 0; y < height; y++) {
                int from = (top + y) * stride + left * channels;
                System.arraycopy(in, from, between, y * width * channels, width * channels);
            }
            return;
        }
        ResamplingWeights weights = image.resamplingWeights().get(width, toWidth);
        for (int y = 0; y < height; y++) {
            int from = (top + y) * stride + left * channels;
            int to = y * toWidth * channels;
            if (weights.taps == 2 && channels == 3) {
                rowOfTwo(weights, in, from, width, between, to, toWidth);
            } else if (channels == 3) {
                row(weights, in, from, between, to, toWidth);
            } else {
                greyRow(weights, in, from, between, to, toWidth);
            }
        }
    }

    private static void rowOfTwo(
            ResamplingWeights weights,
            byte[] in,
            int from,
            int width,
            byte[] out,
            int to,
            int toWidth) {
        int[] first = weights.first;
        int[] weight = weights.weights;
        int last = from + (width - 1) * 3;
        int o = to;
        for (int x = 0; x < toWidth; x++) {
            int a = from + first[x] * 3;
            // At the border there is one input position; the second weight is zero.
            int b = Math.min(a + 3, last);
            int wa = weight[2 * x];
            int wb = weight[2 * x + 1];
            out[o] = (byte) (((in[a] & 0xFF) * wa + (in[b] & 0xFF) * wb + HALF) >> SHIFT);
            out[o + 1] =
                    (byte) (((in[a + 1] & 0xFF) * wa + (in[b + 1] & 0xFF) * wb + HALF) >> SHIFT);
            out[o + 2] =
                    (byte) (((in[a + 2] & 0xFF) * wa + (in[b + 2] & 0xFF) * wb + HALF) >> SHIFT);
            o += 3;
        }
    }

    private static void row(
            ResamplingWeights weights, byte[] in, int from, byte[] out, int to, int toWidth) {
        int o = to;
        for (int x = 0; x < toWidth; x++) {
            int i = from + weights.first[x] * 3;
            int w = x * weights.taps;
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            for (int k = weights.count[x]; k > 0; k--) {
                int weight = weights.weights[w++];
                red += (in[i] & 0xFF) * weight;
                green += (in[i + 1] & 0xFF) * weight;
                blue += (in[i + 2] & 0xFF) * weight;
                i += 3;
            }
            out[o] = (byte) (red >> SHIFT);
            out[o + 1] = (byte) (green >> SHIFT);
            out[o + 2] = (byte) (blue >> SHIFT);
            o += 3;
        }
    }

    private static void greyRow(
            ResamplingWeights weights, byte[] in, int from, byte[] out, int to, int toWidth) {
        for (int x = 0; x < toWidth; x++) {
            int i = from + weights.first[x];
            int w = x * weights.taps;
            int sum = HALF;
            for (int k = weights.count[x]; k > 0; k--) {
                sum += (in[i++] & 0xFF) * weights.weights[w++];
            }
            out[to + x] = (byte) (sum >> SHIFT);
        }
    }

    private static void columnsOfTwo(
            ResamplingWeights weights,
            byte[] in,
            int height,
            int toHeight,
            int stride,
            byte[] out) {
        for (int y = 0; y < toHeight; y++) {
            int a = weights.first[y] * stride;
            int b = Math.min(weights.first[y] + 1, height - 1) * stride;
            int wa = weights.weights[2 * y];
            int wb = weights.weights[2 * y + 1];
            int to = y * stride;
            for (int x = 0; x < stride; x++) {
                out[to + x] =
                        (byte)
                                (((in[a + x] & 0xFF) * wa + (in[b + x] & 0xFF) * wb + HALF)
                                        >> SHIFT);
            }
        }
    }

    private static void columns(
            ResamplingWeights weights,
            byte[] in,
            int toHeight,
            int stride,
            PixelBuffer image,
            byte[] out) {
        int[] sums = image.row(stride);
        for (int y = 0; y < toHeight; y++) {
            Arrays.fill(sums, 0, stride, HALF);
            for (int k = 0; k < weights.count[y]; k++) {
                int weight = weights.weights[y * weights.taps + k];
                int from = (weights.first[y] + k) * stride;
                for (int x = 0; x < stride; x++) {
                    sums[x] += (in[from + x] & 0xFF) * weight;
                }
            }
            int to = y * stride;
            for (int x = 0; x < stride; x++) {
                out[to + x] = (byte) (sums[x] >> SHIFT);
            }
        }
    }
}
