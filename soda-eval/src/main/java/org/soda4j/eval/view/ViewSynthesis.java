package org.soda4j.eval.view;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.soda4j.view.Camera;

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
}
