package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.engine.Internal;
import org.soda4j.image.PixelBuffer;

/** The images of a data set as batches of pixels, all through one pipeline. Not thread-safe. */
@Internal
public final class ImageBatches {

    private final ImageDataset images;
    private final ViewPipeline pipeline;
    private final ViewRandom random = new ViewRandom(0, 0, 0, 0);
    private final PixelBuffer buffer = new PixelBuffer();
    private final long seed;

    /**
     * Makes batches of a data set's images.
     *
     * @param images at least one
     * @param pipeline what every image goes through
     * @param seed what a pipeline draws from, together with epoch and index
     * @throws IllegalArgumentException if there is no image
     */
    public ImageBatches(ImageDataset images, ViewPipeline pipeline, long seed) {
        if (images.size() == 0) {
            throw new IllegalArgumentException("images: expected at least one, found none");
        }
        this.images = images;
        this.pipeline = pipeline;
        this.seed = seed;
    }

    /**
     * Returns the whole images at the resolution of a model.
     *
     * @param images at least one
     * @param soda whose denoiser says size and channels
     * @return the batches
     * @throws IllegalArgumentException if there is no image
     */
    public static ImageBatches resized(ImageDataset images, Soda soda) {
        return new ImageBatches(images, resizing(soda), 0);
    }

    /**
     * Returns what prepares images as a model does, without augmentation.
     *
     * @param soda whose denoiser says size and channels
     * @return the pipeline
     */
    public static ViewPipeline resizing(Soda soda) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        return ViewPipeline.prepared(shape.get(1), shape.get(0), soda.config().preparation());
    }

    /**
     * Returns the number of images.
     *
     * @return at least 1
     */
    public int size() {
        return Math.toIntExact(images.size());
    }

    /**
     * Puts some images through the pipeline.
     *
     * @param epoch from 0; what is random differs from one to the next
     * @param indices which images
     * @return one after the other, each {@code [C, H, W]}
     */
    public float[] pixels(int epoch, int... indices) {
        int length = pipeline.length();
        float[] batch = new float[Math.multiplyExact(indices.length, length)];
        float[] view = new float[length];
        for (int i = 0; i < indices.length; i++) {
            random.reset(seed, epoch, indices[i], 0);
            pipeline.apply(images.image(indices[i]), random, buffer, view);
            System.arraycopy(view, 0, batch, i * length, length);
        }
        return batch;
    }

    /**
     * Puts consecutive images through the pipeline.
     *
     * @param manager owns the result
     * @param from the first
     * @param to one past the last
     * @return {@code [N, C, H, W] in [0, 1]}, or as the pipeline has them
     */
    public NDArray range(NDManager manager, int from, int to) {
        return manager.create(pixels(0, IntStream.range(from, to).toArray()), shape(to - from));
    }

    /**
     * Returns the shape of so many images.
     *
     * @param count how many
     * @return {@code [count, C, H, W]}
     */
    public Shape shape(int count) {
        return new Shape(count, pipeline.channels(), pipeline.size(), pipeline.size());
    }
}
