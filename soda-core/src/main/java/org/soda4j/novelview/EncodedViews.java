package org.soda4j.novelview;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Source views as {@link org.soda4j.NovelViews#encode} encodes them; closing it closes both arrays.
 *
 * @param latents of each source view, float32 {@code [N, S, d]}
 * @param pooled of each example, float32 {@code [N, d]}: what modulates the denoiser, and the
 *     features of an object for probes
 * @param references for each example, the camera whose axes the target is seen in where the model's
 *     frame is {@link CameraFrame#RELATIVE}; of length N
 */
public record EncodedViews(NDArray latents, NDArray pooled, List<Camera> references)
        implements AutoCloseable {

    /** Copies the list. */
    public EncodedViews {
        references = List.copyOf(references);
    }

    @Override
    public void close() {
        latents.close();
        pooled.close();
    }
}
