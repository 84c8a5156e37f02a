package org.soda4j.eval.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.image.PixelImage;

/** Images of scenes as arrays. */
final class SceneArrays {

    private SceneArrays() {}

    /** The sources of each choice, {@code [N, S, C, H, W] in [0, 1]}. */
    static NDArray sources(NDManager manager, SceneSource scenes, List<ChosenViews> chosen) {
        int count = chosen.get(0).sources().length;
        List<PixelImage> images =
                chosen.stream()
                        .flatMap(
                                c ->
                                        Arrays.stream(c.sources())
                                                .mapToObj(view -> scenes.image(c.object(), view)))
                        .toList();
        NDArray flat = images(manager, images);
        Shape shape = flat.getShape();
        return flat.reshape(chosen.size(), count, shape.get(1), shape.get(2), shape.get(3));
    }

    /** {@code [N, C, H, W] in [0, 1]}. */
    static NDArray images(NDManager manager, List<PixelImage> images) {
        PixelImage first = images.get(0);
        int channels = first.channels();
        int plane = first.width() * first.height();
        float[] values = new float[images.size() * channels * plane];
        int at = 0;
        for (PixelImage image : images) {
            byte[] pixels = image.pixels();
            for (int c = 0; c < channels; c++) {
                for (int i = 0; i < plane; i++) {
                    values[at++] = (pixels[i * channels + c] & 0xff) / 255f;
                }
            }
        }
        Shape shape = new Shape(images.size(), channels, first.height(), first.width());
        return manager.create(values, shape);
    }

    /** The mean of all images, {@code [1, C, H, W] in [0, 1]}. */
    static NDArray mean(NDManager manager, SceneSource scenes) {
        PixelImage first = scenes.image(0, 0);
        long[] sums = new long[first.pixels().length];
        long images = 0;
        for (int object = 0; object < scenes.size(); object++) {
            for (int view = 0; view < scenes.views(object); view++) {
                byte[] pixels = scenes.image(object, view).pixels();
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += pixels[i] & 0xff;
                }
                images++;
            }
        }
        int channels = first.channels();
        int plane = first.width() * first.height();
        float[] values = new float[sums.length];
        for (int i = 0; i < sums.length; i++) {
            values[i % channels * plane + i / channels] = (float) (sums[i] / 255.0 / images);
        }
        return manager.create(values, new Shape(1, channels, first.height(), first.width()));
    }
}
