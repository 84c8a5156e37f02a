package org.soda4j.examples.explore;

import java.util.List;
import java.util.Optional;
import org.soda4j.ModelSummary;
import org.soda4j.Soda;
import org.soda4j.data.dataset.KnownFactors;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.eval.disentanglement.Disentanglement;
import org.soda4j.eval.disentanglement.DisentanglementScores;
import org.soda4j.eval.disentanglement.Factor;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.Pca;
import org.soda4j.eval.latent.IndependentComponents;

/**
 * How well a model's latent separates the known factors of images.
 *
 * @param perDimension every number of the latent as a unit
 * @param perSection its sections as units; nothing if it has only one
 * @param perIndependentSection groups of the latent's independent components as units, which were
 *     found without labels; nothing if fewer than two directions vary
 */
public record FactorDisentanglement(
        DisentanglementScores perDimension,
        Optional<DisentanglementScores> perSection,
        Optional<DisentanglementScores> perIndependentSection) {

    private static final double EXPLAINED = 0.99;
    private static final int INDEPENDENT_SECTIONS = 8;

    /** Encodes so many generated images of shapes, at the model's resolution, and measures. */
    public static FactorDisentanglement ofShapes(Soda soda, int images) {
        ShapesDataset shapes =
                ShapesDataset.builder()
                        .count(images)
                        .resolution(soda.config().denoiser().imageShape().get(1))
                        .seed(1)
                        .build();
        FeatureSet latents = FeatureExtractor.of(soda).extract(shapes);
        return of(soda, shapes, latents, latents);
    }

    /**
     * Measures the latents of images in their order; factors that do not vary are left out.
     *
     * @param unlabelled latents that the independent components are found on
     */
    public static FactorDisentanglement of(
            Soda soda, KnownFactors known, FeatureSet latents, FeatureSet unlabelled) {
        List<Factor> factors = Factor.allOf(known, latents.size());
        Disentanglement measured = Disentanglement.of(latents, factors);
        int[] sections =
                soda.describe().sections().stream().mapToInt(ModelSummary.Section::size).toArray();
        return new FactorDisentanglement(
                measured.perDimension(),
                sections.length < 2 ? Optional.empty() : Optional.of(measured.perSection(sections)),
                independent(latents, factors, unlabelled));
    }

    private static Optional<DisentanglementScores> independent(
            FeatureSet latents, List<Factor> factors, FeatureSet unlabelled) {
        double[] explained = Pca.of(unlabelled, 2).explained();
        if (!(explained[0] < EXPLAINED && explained[1] > 0)) {
            return Optional.empty();
        }
        IndependentComponents all = IndependentComponents.explaining(unlabelled, EXPLAINED, 0);
        int sections = Math.min(INDEPENDENT_SECTIONS, all.sizes().length);
        IndependentComponents components = all.sections(sections);
        return Optional.of(
                Disentanglement.of(components.of(latents), factors).perSection(components.sizes()));
    }
}
