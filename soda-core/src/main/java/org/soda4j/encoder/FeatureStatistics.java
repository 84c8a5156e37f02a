package org.soda4j.encoder;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.soda4j.engine.Internal;
import org.soda4j.io.ConfigText;

/**
 * Mean and deviation of each feature of a model over images like those that it was trained on.
 * Standardised by them, features of different sizes weigh the same in distances and cosines.
 * Immutable.
 */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE)
public final class FeatureStatistics {

    private static final String METADATA = "soda4j.features";

    /** A feature that never changes is not magnified. */
    private static final float LEAST_DEVIATION = 1e-6f;

    private final float[] mean;
    private final float[] deviation;

    @JsonCreator
    private FeatureStatistics(
            @JsonProperty(value = "mean", required = true) float[] mean,
            @JsonProperty(value = "deviation", required = true) float[] deviation) {
        boolean fit = mean.length > 0 && mean.length == deviation.length;
        for (int i = 0; fit && i < mean.length; i++) {
            fit = Float.isFinite(mean[i]) && Float.isFinite(deviation[i]) && deviation[i] > 0;
        }
        if (!fit) {
            throw new IllegalArgumentException(
                    "feature statistics: expected as many finite means as positive deviations, found %d and %d"
                            .formatted(mean.length, deviation.length));
        }
        this.mean = mean.clone();
        this.deviation = deviation.clone();
    }

    /**
     * Measures features, in double precision.
     *
     * @param features row by row
     * @param width features of a row
     * @return their means and (population) deviations
     * @throws IllegalArgumentException if there is no whole row, or a number is not finite
     */
    public static FeatureStatistics of(float[] features, int width) {
        if (width < 1 || features.length < width || features.length % width != 0) {
            throw new IllegalArgumentException(
                    "features: expected whole rows of %d, found %d numbers"
                            .formatted(width, features.length));
        }
        int rows = features.length / width;
        float[] mean = new float[width];
        float[] deviation = new float[width];
        for (int j = 0; j < width; j++) {
            double sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += features[i * width + j];
            }
            double m = sum / rows;
            double squares = 0;
            for (int i = 0; i < rows; i++) {
                double d = features[i * width + j] - m;
                squares += d * d;
            }
            mean[j] = (float) m;
            deviation[j] = Math.max(LEAST_DEVIATION, (float) Math.sqrt(squares / rows));
        }
        return new FeatureStatistics(mean, deviation);
    }

    /**
     * Reads what {@link #addTo} wrote.
     *
     * @param metadata of a model's safetensors
     * @return the statistics that the model was saved with; empty for none
     * @throws IllegalArgumentException if they are broken
     */
    @Internal
    public static Optional<FeatureStatistics> savedIn(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get(METADATA))
                .map(
                        text ->
                                ConfigText.fromTree(
                                        ConfigText.jsonTree(text), FeatureStatistics.class));
    }

    /**
     * Adds these to what a model is saved with.
     *
     * @param metadata of its safetensors
     */
    @Internal
    public void addTo(Map<String, String> metadata) {
        metadata.put(METADATA, ConfigText.toJson(this));
    }

    /** {@return how many features} */
    public int size() {
        return mean.length;
    }

    /** {@return the mean of each feature; a copy} */
    public float[] mean() {
        return mean.clone();
    }

    /** {@return the deviation of each feature, more than 0; a copy} */
    public float[] deviation() {
        return deviation.clone();
    }

    /**
     * Takes some of the features.
     *
     * @param from the first
     * @param to after the last
     * @return their statistics
     */
    public FeatureStatistics columns(int from, int to) {
        return new FeatureStatistics(
                Arrays.copyOfRange(mean, from, to), Arrays.copyOfRange(deviation, from, to));
    }

    /**
     * Subtracts the means and divides by the deviations.
     *
     * @param features rows of {@link #size} features; changed in place
     */
    public void standardize(float[] features) {
        for (int i = 0; i < features.length; i++) {
            int j = i % mean.length;
            features[i] = (features[i] - mean[j]) / deviation[j];
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureStatistics that
                && Arrays.equals(mean, that.mean)
                && Arrays.equals(deviation, that.deviation);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(deviation);
    }

    @Override
    public String toString() {
        return "FeatureStatistics[" + mean.length + " features]";
    }
}
