package org.soda4j.data.pair;

import java.util.ArrayList;
import java.util.List;
import org.soda4j.PixelNormalization;
import org.soda4j.data.transform.ArrayTransform;
import org.soda4j.data.transform.ColorJitter;
import org.soda4j.data.transform.Denormalize;
import org.soda4j.data.transform.GaussianNoise;
import org.soda4j.data.transform.ImageTransform;
import org.soda4j.data.transform.Normalize;
import org.soda4j.data.transform.PixelConversion;
import org.soda4j.data.transform.RandAugment;
import org.soda4j.data.transform.RandomApply;
import org.soda4j.data.transform.RandomGrayscale;
import org.soda4j.data.transform.RandomHorizontalFlip;
import org.soda4j.data.transform.RandomResizedCrop;
import org.soda4j.data.transform.Resize;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.PixelBuffer;
import org.soda4j.image.PixelImage;
import org.soda4j.training.Augmentation;

/**
 * Makes one augmented view of an image: 8-bit transforms in order, a resize to the pipeline's
 * resolution where they left another, then a float32 array {@code [C, size, size]} of samples
 * divided by 255, and array transforms in order.
 *
 * <p>A grey image becomes three equal channels in a pipeline of three, a colour image becomes grey
 * in a pipeline of one, both before the first transform. Immutable and thread-safe.
 */
public final class ViewPipeline {

    private final int size;
    private final int channels;
    private final List<ImageTransform> transforms;
    private final Resize resize;
    private final PixelConversion conversion;

    private ViewPipeline(Builder builder) {
        size = builder.size;
        channels = builder.channels;
        transforms = List.copyOf(builder.transforms);
        resize = new Resize(size, size);
        conversion = new PixelConversion(channels, builder.arrayTransforms);
    }

    /**
     * Starts a pipeline without any transforms: it only resizes.
     *
     * @param size rows and columns of the view, at least 1
     * @return the builder
     * @throws IllegalArgumentException if size is below 1
     */
    public static Builder builder(int size) {
        return new Builder(size);
    }

    /**
     * Returns what images go through that are not augmented: a model's preparation.
     *
     * @param size rows and columns of the view, at least 1
     * @param channels 1 or 3
     * @param preparation the model's
     * @return the pipeline; its views are in [0, 1]
     */
    public static ViewPipeline prepared(int size, int channels, ImagePreparation preparation) {
        return builder(size)
                .channels(channels)
                .then((image, random) -> preparation.apply(image, channels, size, size))
                .build();
    }

    /**
     * Returns the published recipe for source views: with probability 0.95 RandomResizedCrop and
     * flip, with probability 0.65 RandAugment, then Gaussian noise of 0.1 channel deviations.
     *
     * <p>The recipe adds the noise to normalised pixels. Here the model normalises the encoder's
     * input itself, so the view is taken back to the space of [0, 1] after the noise: it holds
     * pixel + 0.1 x deviation x normal, and values may leave [0, 1] slightly.
     *
     * @param size rows and columns of the view, at least 1
     * @param normalization the model's, of 1 or 3 channels
     * @return the pipeline, of as many channels
     */
    public static ViewPipeline publishedSource(int size, PixelNormalization normalization) {
        return published(size, normalization.mean().size())
                .then(new Normalize(normalization))
                .then(new GaussianNoise(0.1))
                .then(new Denormalize(normalization))
                .build();
    }

    /**
     * Returns the published recipe for target views: as for source views, without noise.
     *
     * @param size rows and columns of the view, at least 1
     * @param channels 1 or 3
     * @return the pipeline; its views are in [0, 1]
     */
    public static ViewPipeline publishedTarget(int size, int channels) {
        return published(size, channels).build();
    }

    /**
     * Returns the source views of an augmentation: random crop, flip, colours.
     *
     * @param size rows and columns of the view, at least 1
     * @param channels 1 or 3
     * @param augmentation how
     * @return the pipeline; its views are in [0, 1]
     */
    public static ViewPipeline source(int size, int channels, Augmentation augmentation) {
        Builder builder = cropped(size, channels, augmentation.sourceArea(), augmentation);
        double jitter = augmentation.colorJitter();
        if (jitter > 0) {
            builder.then(new ColorJitter(jitter, jitter, jitter, jitter / 4));
        }
        if (augmentation.grayscale() > 0) {
            builder.then(new RandomGrayscale(augmentation.grayscale()));
        }
        return builder.build();
    }

    /**
     * Returns the target views of an augmentation: random crop, flip.
     *
     * @param size rows and columns of the view, at least 1
     * @param channels 1 or 3
     * @param augmentation how
     * @return the pipeline; its views are in [0, 1]
     */
    public static ViewPipeline target(int size, int channels, Augmentation augmentation) {
        return cropped(size, channels, augmentation.targetArea(), augmentation).build();
    }

    private static Builder cropped(int size, int channels, double area, Augmentation augmentation) {
        Builder builder =
                builder(size)
                        .channels(channels)
                        .then(new RandomResizedCrop(size, size, area, 1, 3.0 / 4, 4.0 / 3));
        if (augmentation.flip() > 0) {
            builder.then(new RandomHorizontalFlip(augmentation.flip()));
        }
        return builder;
    }

    private static Builder published(int size, int channels) {
        // Without a crop (1 in 20) the whole image is resized, before the costly part.
        return builder(size)
                .channels(channels)
                .then(RandomApply.of(0.95, new RandomResizedCrop(size), new RandomHorizontalFlip()))
                .then(new Resize(size, size))
                .then(RandomApply.of(0.65, new RandAugment()));
    }

    /**
     * Returns the resolution of the views.
     *
     * @return rows and columns
     */
    public int size() {
        return size;
    }

    /**
     * Returns the number of channels of the views.
     *
     * @return 1 or 3
     */
    public int channels() {
        return channels;
    }

    /**
     * Returns the number of values in a view.
     *
     * @return channels x size x size
     */
    public int length() {
        return channels * size * size;
    }

    /**
     * Makes one view.
     *
     * @param image the image; left as it is
     * @param random the view's own generator
     * @return float32 {@code [C, size, size]}
     */
    public float[] apply(PixelImage image, ViewRandom random) {
        float[] view = new float[length()];
        apply(image, random, new PixelBuffer(), view);
        return view;
    }

    /**
     * Makes one view in memory that is used again and again.
     *
     * @param image the image; left as it is
     * @param random the view's own generator
     * @param buffer working memory
     * @param out receives {@code [C, size, size]}, at least {@link #length()} long
     */
    public void apply(PixelImage image, ViewRandom random, PixelBuffer buffer, float[] out) {
        buffer.set(image.width(), image.height(), image.channels(), image.pixels());
        buffer.toChannels(channels);
        for (int i = 0; i < transforms.size(); i++) {
            transforms.get(i).apply(buffer, random);
        }
        resize.apply(buffer);
        conversion.convert(buffer, random, out);
    }

    /**
     * Makes one view as an 8-bit image, clipped to 0..255, to be looked at.
     *
     * @param image the image; left as it is
     * @param random the view's own generator
     * @return the view
     */
    public PixelImage preview(PixelImage image, ViewRandom random) {
        return toImage(apply(image, random));
    }

    PixelImage toImage(float[] view) {
        int samples = size * size;
        byte[] pixels = new byte[view.length];
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < samples; i++) {
                float value = Math.max(0, Math.min(1, view[c * samples + i]));
                pixels[i * channels + c] = (byte) Math.round(value * 255);
            }
        }
        return new PixelImage(size, size, channels, pixels);
    }

    /** Builds a pipeline. */
    public static final class Builder {

        private final int size;
        private int channels = 3;
        private final List<ImageTransform> transforms = new ArrayList<>();
        private final List<ArrayTransform> arrayTransforms = new ArrayList<>();

        private Builder(int size) {
            if (size < 1) {
                throw new IllegalArgumentException(
                        "expected a size of at least 1 pixel, found " + size);
            }
            this.size = size;
        }

        /**
         * Sets the number of channels of the views.
         *
         * @param count 1 or 3; 3 by default
         * @return this builder
         * @throws IllegalArgumentException if the count is neither
         */
        public Builder channels(int count) {
            if (count != 1 && count != 3) {
                throw new IllegalArgumentException("expected 1 or 3 channels, found " + count);
            }
            channels = count;
            return this;
        }

        /**
         * Adds a transform of the 8-bit image.
         *
         * @param transform the next transform
         * @return this builder
         */
        public Builder then(ImageTransform transform) {
            transforms.add(transform);
            return this;
        }

        /**
         * Adds a transform of the float array; these come after all transforms of the image.
         *
         * @param transform the next transform
         * @return this builder
         */
        public Builder then(ArrayTransform transform) {
            arrayTransforms.add(transform);
            return this;
        }

        /**
         * Builds the pipeline.
         *
         * @return the pipeline
         * @throws IllegalArgumentException if an array transform is for another number of channels
         */
        public ViewPipeline build() {
            return new ViewPipeline(this);
        }
    }
}
