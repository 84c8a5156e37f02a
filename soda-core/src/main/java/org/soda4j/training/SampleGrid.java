package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.io.AtomicFile;

/** Draws images again from their latents, and writes them above what they should look like. */
final class SampleGrid {

    private static final int COLUMNS = 10;
    private static final int GAP = 1;

    private final Soda soda;
    private final int samples;
    private final SamplingOptions options;

    /**
     * @param samples images at most
     * @param steps DDIM steps, at most the schedule's
     */
    SampleGrid(Soda soda, int samples, int steps) {
        this.soda = soda;
        this.samples = samples;
        options =
                SamplingOptions.defaults()
                        .withSteps(Math.min(steps, soda.config().schedule().steps()));
    }

    /**
     * Writes a PNG: rows of drawn images, then as many rows of targets.
     *
     * @param source views for the encoder {@code [N, C, H, W]}
     * @param target what they should become {@code [N, C, H, W] in [0, 1]}
     */
    void write(NDArray source, NDArray target, Path png) throws IOException {
        long count = Math.min(samples, source.getShape().get(0));
        try (NDManager scope = source.getManager().newSubManager()) {
            // Source views carry noise that leaves [0, 1].
            NDArray views = source.get("0:" + count).clip(0, 1);
            views.attach(scope);
            NDArray drawn = soda.reconstruct(views, options);
            NDArray wanted = target.get("0:" + count);
            wanted.attach(scope);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(picture(drawn, wanted), "png", bytes);
            AtomicFile.write(png, bytes.toByteArray());
        }
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
