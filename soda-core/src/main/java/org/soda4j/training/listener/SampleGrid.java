package org.soda4j.training.listener;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.engine.Internal;
import org.soda4j.io.AtomicFile;
import org.soda4j.novelview.EncodedViews;
import org.soda4j.novelview.ViewBatch;

/** Draws images again from their latents, and writes them above what they should look like. */
@Internal
public final class SampleGrid {

    private static final int COLUMNS = 10;
    private static final int GAP = 1;

    private final Soda soda;
    private final int samples;
    private final SamplingOptions options;

    /**
     * @param samples images at most
     * @param steps of the default sampler; no more than the schedule has are taken
     */
    public SampleGrid(Soda soda, int samples, int steps) {
        this.soda = soda;
        this.samples = samples;
        options =
                SamplingOptions.defaults()
                        .withSteps(Math.min(steps, soda.config().schedule().steps()));
    }

    /**
     * Writes a PNG: rows of drawn images, then as many rows of targets.
     *
     * @param batch source and target, or what {@link ViewBatch} says
     */
    public void write(NDList batch, Path png) throws IOException {
        long count = Math.min(samples, batch.get(0).getShape().get(0));
        try (NDManager scope = batch.get(0).getManager().newSubManager()) {
            NDList first = new NDList();
            for (NDArray array : batch) {
                NDArray some = array.get("0:" + count);
                some.attach(scope);
                first.add(some);
            }
            // Source views carry noise that leaves [0, 1].
            NDArray views = first.get(0).clip(0, 1);
            NDArray drawn =
                    soda.config().views() == null
                            ? soda.reconstruct(views, options)
                            : turned(views, ViewBatch.of(first));
            NDArray wanted = first.get(1);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(picture(drawn, wanted), "png", bytes);
            AtomicFile.write(png, bytes.toByteArray());
        }
    }

    /** As the target cameras see what the source views show. */
    private NDArray turned(NDArray views, ViewBatch batch) {
        int sources = Math.min(soda.config().views().sources(), (int) views.getShape().get(1));
        EncodedViews encoded =
                soda.novelViews()
                        .encode(views.get(":, 0:" + sources), batch.readSourceCameras(sources));
        return soda.novelViews().sample(encoded, batch.readTargetCameras(), options);
    }

    private static BufferedImage picture(NDArray drawn, NDArray wanted) {
        Shape shape = drawn.getShape();
        int count = (int) shape.get(0);
        int columns = Math.min(count, COLUMNS);
        int rows = (count + columns - 1) / columns;
        int height = (int) shape.get(2) + GAP;
        int width = (int) shape.get(3) + GAP;
        BufferedImage picture =
                new BufferedImage(
                        columns * width - GAP, 2 * rows * height - GAP, BufferedImage.TYPE_INT_RGB);
        float[] above = drawn.toFloatArray();
        float[] below = wanted.toFloatArray();
        for (int i = 0; i < count; i++) {
            int x = i % columns * width;
            int y = i / columns * height;
            paint(picture, x, y, above, i, shape);
            paint(picture, x, y + rows * height, below, i, shape);
        }
        return picture;
    }

    /** Three channels are red, green, blue; otherwise the first is grey. */
    private static void paint(
            BufferedImage picture, int left, int top, float[] pixels, int index, Shape shape) {
        int channels = (int) shape.get(1);
        int height = (int) shape.get(2);
        int width = (int) shape.get(3);
        int plane = height * width;
        for (int p = 0; p < plane; p++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                int channel = channels == 3 ? c : 0;
                float value = pixels[(index * channels + channel) * plane + p];
                rgb = rgb << 8 | Math.round(255 * Math.max(0, Math.min(1, value)));
            }
            picture.setRGB(left + p % width, top + p / width, rgb);
        }
    }
}
