package org.soda4j.examples.explore;

import java.util.Optional;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.Pca;
import org.soda4j.eval.latent.IndependentComponents;

/** The rule by which the programs unmix latents: it asks for no label and nothing to set. */
final class IndependentSections {

    private static final int SECTIONS = 8;
    private static final int LEAST_LATENTS = 100;

    /** Of the variance, for the last of the directions that are unmixed at least. */
    private static final double LEAST_SHARE = 1e-6;

    private IndependentSections() {}

    /**
     * Finds eight sections of components.
     *
     * @param latents {@code [n, d]}
     * @return nothing where there are too few latents, numbers or directions that vary
     */
    static Optional<IndependentComponents> of(FeatureSet latents) {
        if (latents.size() < LEAST_LATENTS
                || latents.width() <= SECTIONS
                || Pca.of(latents, SECTIONS).explained()[SECTIONS - 1] < LEAST_SHARE) {
            return Optional.empty();
        }
        return Optional.of(
                IndependentComponents.beforeGap(latents, SECTIONS, 0).sections(SECTIONS));
    }
}
