package org.soda4j.data.transform;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.soda4j.engine.Internal;
import org.soda4j.image.PixelBuffer;

/**
 * Makes a float array of an image: samples divided by 255 (torchvision's {@code ToTensor}), then a
 * row of {@link ArrayTransform}s, those of this library before any other in one pass.
 *
 * <p>Immutable and thread-safe.
 */
@Internal
public final class PixelConversion {

    private final int channels;
    private final float[] tables;
    private final float[] noise;
    private final List<ArrayTransform> others;

    /**
     * Creates the conversion.
     *
     * @param channels of the images, 1 or 3
     * @param transforms what follows the division by 255, in order
     * @throws IllegalArgumentException if channels is neither 1 nor 3, or a transform is for
     *     another number
     */
    public PixelConversion(int channels, List<ArrayTransform> transforms) {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("expected 1 or 3 channels, found " + channels);
        }
        this.channels = channels;
        List<AffineTransform> affine = new ArrayList<>();
        for (ArrayTransform transform : transforms) {
            if (!(transform instanceof AffineTransform ours)) {
                break;
            }
            affine.add(ours);
        }
        others = List.copyOf(transforms.subList(affine.size(), transforms.size()));
        tables = new float[channels * 256];
        noise = new float[channels];
        for (int c = 0; c < channels; c++) {
            ChannelAffine step = new ChannelAffine(c, channels);
            affine.forEach(transform -> transform.composeOnto(step));
            noise[c] = (float) step.noise;
            for (int v = 0; v < 256; v++) {
                tables[c * 256 + v] = (float) step.map.applyAsDouble(v / 255f);
            }
        }
    }

    /**
     * Converts one image.
     *
     * @param image an image with this conversion's number of channels
     * @param random where noise is drawn from; unused where there is none
     * @param out receives {@code [C, H, W]}, at least that long
     * @throws IllegalArgumentException if the image has another number of channels
     */
    public void convert(PixelBuffer image, RandomGenerator random, float[] out) {
        if (image.channels() != channels) {
            throw new IllegalArgumentException(
                    "expected %d channels, found %d".formatted(channels, image.channels()));
        }
        byte[] pixels = image.pixels();
        int size = image.width() * image.height();
        for (int c = 0; c < channels; c++) {
            int to = c * size;
            int table = c * 256;
            for (int i = 0, from = c; i < size; i++, from += channels) {
                out[to + i] = tables[table + (pixels[from] & 0xFF)];
            }
            ChannelAffine.addNoise(random, out, to, size, noise[c]);
        }
        for (ArrayTransform transform : others) {
            transform.apply(out, channels, image.height(), image.width(), random);
        }
    }
}
