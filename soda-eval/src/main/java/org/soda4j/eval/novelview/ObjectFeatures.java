package org.soda4j.eval.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.soda4j.Soda;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.EncodedViews;

/** Latents of objects as features of their classes, for k-NN and linear probes. */
public final class ObjectFeatures {

    private static final int BATCH = 64;

    private ObjectFeatures() {}

    /**
     * Encodes random views of each object.
     *
     * @param soda a model of novel views; stays open
     * @param scenes labelled objects
     * @param sources how many views of an object are encoded together, at least 1
     * @param perObject how many rows an object gets, each from views of its own choice
     * @param seed of the choice
     * @return the pooled latents {@code [objects perObject, d]} with the objects' classes
     * @throws IllegalArgumentException if an object has too few views or no class
     */
    public static FeatureSet extract(
            Soda soda, SceneSource scenes, int sources, int perObject, long seed) {
        return extract(
                soda,
                scenes,
                sources,
                perObject,
                seed,
                (images, cameras) -> {
                    try (EncodedViews views = soda.novelViews().encode(images, cameras)) {
                        return views.pooled().toFloatArray();
                    }
                });
    }

    /**
     * Takes the pixels of the same views, the baseline of every encoder.
     *
     * @param soda whose resolution they get; stays open
     * @param scenes as for {@link #extract}
     * @param sources as for {@link #extract}
     * @param perObject as for {@link #extract}
     * @param seed as for {@link #extract}
     * @return {@code [objects perObject, sources C H W] in [0, 1]} with the objects' classes
     * @throws IllegalArgumentException as for {@link #extract}
     */
    public static FeatureSet pixels(
            Soda soda, SceneSource scenes, int sources, int perObject, long seed) {
        return extract(
                soda, scenes, sources, perObject, seed, (images, cameras) -> images.toFloatArray());
    }

    private static FeatureSet extract(
            Soda soda,
            SceneSource scenes,
            int sources,
            int perObject,
            long seed,
            BiFunction<NDArray, List<List<Camera>>, float[]> features) {
        List<Integer> image = soda.config().denoiser().imageShape();
        SceneSource held = scenes.inMemory(image.get(1), image.get(2));
        List<ChosenViews> chosen = ChosenViews.of(held, sources, perObject, seed);
        float[] values = new float[0];
        int width = 0;
        int[] labels = new int[chosen.size()];
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            for (int from = 0; from < labels.length; from += BATCH) {
                List<ChosenViews> batch =
                        chosen.subList(from, Math.min(from + BATCH, labels.length));
                try (NDManager scope = manager.newSubManager()) {
                    NDArray images = SceneArrays.sources(scope, held, batch);
                    float[] part =
                            features.apply(
                                    images,
                                    batch.stream().map(c -> c.sourceCameras(held)).toList());
                    width = part.length / batch.size();
                    if (from == 0) {
                        values = new float[Math.multiplyExact(labels.length, width)];
                    }
                    System.arraycopy(part, 0, values, from * width, part.length);
                }
                for (int i = 0; i < batch.size(); i++) {
                    labels[from + i] = held.label(batch.get(i).object());
                }
            }
        }
        return FeatureSet.of(values, width)
                .withLabels(labels, scenes.classNames())
                .withProvenance(
                        Map.of(
                                "views of an object", Integer.toString(sources),
                                "objects", Integer.toString(scenes.size())));
    }
}
