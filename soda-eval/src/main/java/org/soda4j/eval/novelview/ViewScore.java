package org.soda4j.eval.novelview;

import java.util.Map;
import java.util.Objects;

/**
 * One drawn view of one object.
 *
 * @param object its index in the evaluated scenes
 * @param target the view that was drawn
 * @param sources how many source views were given
 * @param angleDegrees between the way the target's camera looks and that of the nearest source, 0
 *     .. 180
 * @param model what was drawn against the true view
 * @param baselines what each baseline gives against the true view
 */
public record ViewScore(
        int object,
        int target,
        int sources,
        double angleDegrees,
        ImageScores model,
        Map<Baseline, ImageScores> baselines) {

    /** What draws without a model. */
    public enum Baseline {
        /** The source view whose camera looks the most alike, as it is. */
        NEAREST_SOURCE,
        /** The mean of the training images, whatever the object and the camera. */
        MEAN_IMAGE
    }

    /** Copies the map. */
    public ViewScore {
        Objects.requireNonNull(model, "model");
        baselines = Map.copyOf(baselines);
    }
}
