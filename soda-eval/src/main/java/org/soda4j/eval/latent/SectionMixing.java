package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.latent.LatentLayout;

/** Sections of one image with the other sections of another: content and style. */
public final class SectionMixing {

    private SectionMixing() {}

    /**
     * Mixes every content with every style.
     *
     * @param layout the model's, {@code soda.config().latent()}
     * @param fromStyle the sections to take from the style; all others come from the content. By
     *     resolution: {@link SectionResolution#sections}
     * @param content float32 {@code [A, d]}
     * @param style float32 {@code [B, d]}
     * @return float32 {@code [A B, d]}, row {@code a B + b} being content a in style b; belongs to
     *     the manager of {@code content}, the caller or that manager closes it
     * @throws IllegalArgumentException if the shapes do not fit the layout
     */
    public static NDArray mix(
            LatentLayout layout, SectionKeep fromStyle, NDArray content, NDArray style) {
        LatentRows contents = LatentRows.of("content", content, layout.size());
        LatentRows styles = LatentRows.of("style", style, layout.size());
        boolean[] chosen = LatentRows.chosen(layout, fromStyle);
        LatentRows mixes = LatentRows.zeros(contents.size() * styles.size(), layout.size());
        for (int a = 0; a < contents.size(); a++) {
            for (int b = 0; b < styles.size(); b++) {
                for (int j = 0; j < chosen.length; j++) {
                    float value = chosen[j] ? styles.get(b, j) : contents.get(a, j);
                    mixes.set(a * styles.size() + b, j, value);
                }
            }
        }
        return mixes.toArray(content.getManager());
    }
}
