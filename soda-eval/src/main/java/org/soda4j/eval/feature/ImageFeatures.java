package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.soda4j.Soda;

/** What turns images into features for the distances between sets of images (FID, KID). */
@FunctionalInterface
public interface ImageFeatures {

    /**
     * Extracts features.
     *
     * @param batches {@code [N, C, H, W] in [0, 1]}; read one after the other, not closed
     * @return one row an image
     * @throws IllegalArgumentException if there is no image or a feature is not finite
     */
    FeatureSet of(Iterable<NDArray> batches);

    /**
     * The pooled features of an encoder that was trained here. Distances in them compare images of
     * one data set with each other; they are not the FID of the literature, which takes Inception
     * ({@link org.soda4j.eval.quality.TorchScriptFeatures}).
     *
     * @param soda the model; stays open
     * @return the features
     */
    static ImageFeatures ofEncoder(Soda soda) {
        Objects.requireNonNull(soda, "soda");
        return batches -> {
            List<float[]> parts = new ArrayList<>();
            int length = 0;
            for (NDArray batch : batches) {
                try (NDArray features = soda.encodeFeatures(batch)) {
                    parts.add(features.toFloatArray());
                    length += parts.get(parts.size() - 1).length;
                }
            }
            float[] all = new float[length];
            int at = 0;
            for (float[] part : parts) {
                System.arraycopy(part, 0, all, at, part.length);
                at += part.length;
            }
            return FeatureSet.owning(all, soda.config().encoder().featureSize());
        };
    }
}
