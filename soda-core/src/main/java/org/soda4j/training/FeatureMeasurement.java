package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import org.soda4j.Soda;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.model.NonFiniteException;

/** Measures a trained model's features over the targets, which are close to the images. */
final class FeatureMeasurement {

    private static final int IMAGES = 2048;

    private FeatureMeasurement() {}

    /** Empty where there are no stage features, or a feature is not finite. */
    static Optional<FeatureStatistics> of(Soda soda, BatchLoader loader, NDManager manager) {
        boolean images = soda.config().views() == null;
        boolean channels =
                soda.config().encoder().inputChannels()
                        == soda.config().denoiser().imageShape().get(0);
        if (!images || !channels || !(soda.config().encoder() instanceof ResNetEncoderConfig)) {
            return Optional.empty();
        }
        float[] all = new float[0];
        int width = 1;
        try (NDManager scope = manager.newSubManager()) {
            Iterator<Batch> batches = loader.epoch(0, 0, scope);
            for (int seen = 0; seen < IMAGES && batches.hasNext(); ) {
                try (Batch batch = batches.next();
                        NDArray features = soda.encodeJoined(batch.getData().get(1))) {
                    float[] rows = features.toFloatArray();
                    seen += Math.toIntExact(features.getShape().get(0));
                    width = Math.toIntExact(features.getShape().get(1));
                    all = Arrays.copyOf(all, all.length + rows.length);
                    System.arraycopy(rows, 0, all, all.length - rows.length, rows.length);
                }
            }
        } catch (NonFiniteException e) {
            return Optional.empty(); // What uses the model will say so.
        }
        return Optional.of(FeatureStatistics.of(all, width));
    }
}
