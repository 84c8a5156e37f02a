package org.soda4j.examples.explore;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.soda4j.Soda;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.eval.feature.ImageBatches;
import org.soda4j.image.PixelImage;

/** Brings images to a model's size and channels. */
public final class ModelImages {

    private ModelImages() {}

    /** Makes float32 {@code [N, C, H, W] in [0, 1]}; the manager closes it. */
    public static NDArray of(Soda soda, NDManager manager, List<PixelImage> images) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        ViewPipeline pipeline = ImageBatches.resizing(soda);
        float[] values = new float[images.size() * pipeline.length()];
        for (int i = 0; i < images.size(); i++) {
            float[] pixels = pipeline.apply(images.get(i), new ViewRandom(0, 0, 0, 0));
            System.arraycopy(pixels, 0, values, i * pixels.length, pixels.length);
        }
        return manager.create(
                values, new Shape(images.size(), shape.get(0), shape.get(1), shape.get(2)));
    }
}
