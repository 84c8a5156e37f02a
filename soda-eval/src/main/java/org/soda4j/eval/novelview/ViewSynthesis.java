package org.soda4j.eval.novelview;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.EncodedViews;

/** Something that draws objects as other cameras see them. */
@FunctionalInterface
public interface ViewSynthesis {

    /**
     * Draws one view of each object.
     *
     * @param sources float32 {@code [N, S, C, H, W] in [0, 1]}: S views of each of N objects
     * @param sourceCameras for each object, the camera of each source
     * @param targets for each object, the camera to draw it for
     * @return float32 {@code [N, C, H, W] in [0, 1]} in the manager of {@code sources}
     */
    NDArray draw(NDArray sources, List<List<Camera>> sourceCameras, List<Camera> targets);

    /**
     * Draws with a model of novel views.
     *
     * @param soda the model; stays open
     * @param options sampler, guidance, seed
     * @return what draws with it
     */
    static ViewSynthesis of(Soda soda, SamplingOptions options) {
        return (sources, cameras, targets) -> {
            try (EncodedViews views = soda.novelViews().encode(sources, cameras)) {
                return soda.novelViews().sample(views, targets, options);
            }
        };
    }
}
