package org.soda4j.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.ImageDataset;
import org.soda4j.data.ViewPipeline;
import org.soda4j.data.transform.PixelBuffer;
import org.soda4j.data.transform.ViewRandom;

/** The images of a data set as batches of pixels, all through one pipeline. Not thread-safe. */
final class ImageBatches {

    private final ImageDataset images;
    private final ViewPipeline pipeline;
    private final ViewRandom random = new ViewRandom(0, 0, 0, 0);
    private final PixelBuffer buffer = new PixelBuffer();
    private final long seed;

    /**
     * Makes views.
     *
     * @param seed what a pipeline draws from, together with epoch and index
     */
    ImageBatches(ImageDataset images, ViewPipeline pipeline, long seed) {
        if (images.size() == 0) {
            throw new IllegalArgumentException("images: expected at least one, found none");
        }
        this.images = images;
        this.pipeline = pipeline;
        this.seed = seed;
    }

    /** The whole images at the resolution of a model. */
    static ImageBatches resized(ImageDataset images, Soda soda) {
        return new ImageBatches(images, resizing(soda), 0);
    }

    /** What only resizes to a model's resolution and channels. */
    static ViewPipeline resizing(Soda soda) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        return ViewPipeline.builder(shape.get(1)).channels(shape.get(0)).build();
    }

    int size() {
        return Math.toIntExact(images.size());
    }

    /** The views of some images, one after the other, each {@code [C, H, W]}. */
    float[] pixels(int epoch, int... indices) {
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

    /** Consecutive images {@code [N, C, H, W] in [0, 1]}. */
    NDArray range(NDManager manager, int from, int to) {
        return manager.create(pixels(0, IntStream.range(from, to).toArray()), shape(to - from));
    }

    Shape shape(int count) {
        return new Shape(count, pipeline.channels(), pipeline.size(), pipeline.size());
    }
}
