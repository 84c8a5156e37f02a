package org.soda4j.image;

import java.util.Arrays;
import org.soda4j.engine.Internal;

/**
 * A mutable 8-bit image that transforms change in place, with the working memory they need, so that
 * a warm buffer goes through any number of transforms without allocating.
 *
 * <p>Samples are unsigned bytes, {@code height x width x channels}, row by row, channels
 * interleaved (HWC). Not thread-safe: one buffer a thread.
 */
public final class PixelBuffer {

    private final byte[] tables = new byte[3 * 256];
    private final int[] histograms = new int[3 * 256];
    private final ResamplingWeights.Cache resamplingWeights = new ResamplingWeights.Cache();
    private int width;
    private int height;
    private int channels;
    private byte[] pixels = {};
    private byte[] spare = {};
    private int[] row = {};
    private float[] floats = {};

    /** Creates an empty buffer, to be filled by {@link #set}. */
    public PixelBuffer() {}

    /**
     * Creates a buffer that holds a copy of an image.
     *
     * @param width columns, at least 1
     * @param height rows, at least 1
     * @param channels 1 (grey) or 3 (red, green, blue)
     * @param pixels {@code height x width x channels} unsigned bytes, HWC; copied
     * @return the buffer
     * @throws IllegalArgumentException if the sizes do not agree
     */
    public static PixelBuffer of(int width, int height, int channels, byte[] pixels) {
        PixelBuffer buffer = new PixelBuffer();
        buffer.set(width, height, channels, pixels);
        return buffer;
    }

    /**
     * Replaces the image by a copy of another.
     *
     * @param newWidth columns, at least 1
     * @param newHeight rows, at least 1
     * @param newChannels 1 (grey) or 3 (red, green, blue)
     * @param source {@code height x width x channels} unsigned bytes, HWC; copied
     * @throws IllegalArgumentException if the sizes do not agree
     */
    public void set(int newWidth, int newHeight, int newChannels, byte[] source) {
        if (newWidth < 1 || newHeight < 1 || (newChannels != 1 && newChannels != 3)) {
            throw new IllegalArgumentException(
                    "expected width and height of at least 1 and 1 or 3 channels, found %d x %d with %d channels"
                            .formatted(newWidth, newHeight, newChannels));
        }
        long expected = (long) newWidth * newHeight * newChannels;
        if (source.length != expected) {
            throw new IllegalArgumentException(
                    "expected %d bytes for %d x %d x %d, found %d"
                            .formatted(expected, newHeight, newWidth, newChannels, source.length));
        }
        pixels = room(pixels, source.length);
        System.arraycopy(source, 0, pixels, 0, source.length);
        width = newWidth;
        height = newHeight;
        channels = newChannels;
    }

    /**
     * Returns the number of columns.
     *
     * @return at least 1, or 0 before the first {@link #set}
     */
    public int width() {
        return width;
    }

    /**
     * Returns the number of rows.
     *
     * @return at least 1, or 0 before the first {@link #set}
     */
    public int height() {
        return height;
    }

    /**
     * Returns the number of channels.
     *
     * @return 1 (grey) or 3 (red, green, blue)
     */
    public int channels() {
        return channels;
    }

    /**
     * Returns the samples themselves, not a copy, for transforms that change them in place. The
     * array may be longer than the image, and another one after the next transform.
     *
     * @return unsigned bytes, HWC, of which the first {@code height x width x channels} count
     */
    public byte[] pixels() {
        return pixels;
    }

    /**
     * Returns a copy of the samples.
     *
     * @return {@code height x width x channels} unsigned bytes, HWC
     */
    public byte[] toBytes() {
        return Arrays.copyOf(pixels, length());
    }

    /**
     * Returns the number of samples.
     *
     * @return height x width x channels
     */
    public int length() {
        return width * height * channels;
    }

    /**
     * Makes a colour image grey, by ITU-R 601 luma as Pillow rounds it, or repeats a grey one.
     *
     * @param count 1 or 3; nothing changes where the image has as many
     */
    public void toChannels(int count) {
        if (count == channels) {
            return;
        }
        int samples = width * height;
        byte[] in = pixels;
        byte[] out = spare(samples * count);
        for (int i = 0; i < samples; i++) {
            if (count == 1) {
                out[i] =
                        RasterConversion.grey(
                                in[3 * i] & 0xFF, in[3 * i + 1] & 0xFF, in[3 * i + 2] & 0xFF);
            } else {
                out[3 * i] = in[i];
                out[3 * i + 1] = in[i];
                out[3 * i + 2] = in[i];
            }
        }
        swap(width, height, count);
    }

    /** {@return room for one lookup table of 256 entries a channel} */
    @Internal
    public byte[] tables() {
        return tables;
    }

    /** {@return room for one histogram of 256 counts a channel} */
    @Internal
    public int[] histograms() {
        return histograms;
    }

    /**
     * Returns a second array; its content is undefined.
     *
     * @param length the least that is needed
     * @return at least as long
     */
    @Internal
    public byte[] spare(int length) {
        spare = room(spare, length);
        return spare;
    }

    /**
     * Returns the second array, black over the length of the image.
     *
     * @return at least as long as the image
     */
    @Internal
    public byte[] black() {
        byte[] out = spare(length());
        Arrays.fill(out, 0, length(), (byte) 0);
        return out;
    }

    /**
     * Makes what stands in the second array the image.
     *
     * @param newWidth its columns
     * @param newHeight its rows
     * @param newChannels 1 or 3
     */
    @Internal
    public void swap(int newWidth, int newHeight, int newChannels) {
        byte[] old = pixels;
        pixels = spare;
        spare = old;
        width = newWidth;
        height = newHeight;
        channels = newChannels;
    }

    /**
     * Gives the image new sizes; its content is undefined.
     *
     * @param newWidth its columns
     * @param newHeight its rows
     * @param newChannels 1 or 3
     * @return its samples
     */
    @Internal
    public byte[] reshape(int newWidth, int newHeight, int newChannels) {
        pixels = room(pixels, newWidth * newHeight * newChannels);
        width = newWidth;
        height = newHeight;
        channels = newChannels;
        return pixels;
    }

    /**
     * Returns working memory; its content is undefined.
     *
     * @param length the least that is needed
     * @return at least as long
     */
    @Internal
    public int[] row(int length) {
        if (row.length < length) {
            row = new int[length];
        }
        return row;
    }

    /**
     * Returns working memory; its content is undefined.
     *
     * @param length the least that is needed
     * @return at least as long
     */
    @Internal
    public float[] floats(int length) {
        if (floats.length < length) {
            floats = new float[length];
        }
        return floats;
    }

    ResamplingWeights.Cache resamplingWeights() {
        return resamplingWeights;
    }

    private static byte[] room(byte[] array, int length) {
        return array.length < length ? new byte[length] : array;
    }
}
