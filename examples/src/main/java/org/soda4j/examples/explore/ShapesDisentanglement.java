package org.soda4j.examples.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.soda4j.ModelSummary;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.eval.disentanglement.Disentanglement;
import org.soda4j.eval.disentanglement.DisentanglementScores;
import org.soda4j.eval.disentanglement.Factor;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureSet;

/**
 * How well a model's latent separates the factors of generated images.
 *
 * @param perDimension every number of the latent as a unit
 * @param perSection its sections as units; nothing if it has only one
 */
public record ShapesDisentanglement(
        DisentanglementScores perDimension, Optional<DisentanglementScores> perSection) {

    /** Encodes so many images of shapes, at the model's resolution, and measures. */
    public static ShapesDisentanglement of(Soda soda, int images) {
        ShapesDataset shapes =
                ShapesDataset.builder()
                        .count(images)
                        .resolution(soda.config().denoiser().imageShape().get(1))
                        .seed(1)
                        .build();
        return of(soda, shapes, FeatureExtractor.of(soda).extract(shapes));
    }

    /** Measures latents of shapes; factors that do not vary are left out. */
    public static ShapesDisentanglement of(Soda soda, ShapesDataset shapes, FeatureSet latents) {
        Disentanglement measured = Disentanglement.of(latents, factors(shapes, latents.size()));
        int[] sections =
                soda.describe().sections().stream().mapToInt(ModelSummary.Section::size).toArray();
        return new ShapesDisentanglement(
                measured.perDimension(),
                sections.length < 2
                        ? Optional.empty()
                        : Optional.of(measured.perSection(sections)));
    }

    /** Shape, and the angles, whose ends meet, are categories; the rest has an order. */
    private static List<Factor> factors(ShapesDataset shapes, int images) {
        List<Factor> factors = new ArrayList<>();
        List<String> names = shapes.factorNames();
        for (int f = 0; f < names.size(); f++) {
            int factor = f;
            if (shapes.factorSizes()[f] < 2) {
                continue;
            }
            int[] levels = IntStream.range(0, images).map(i -> shapes.factors(i)[factor]).toArray();
            String name = names.get(f);
            boolean ordered = name.equals("x") || name.equals("y") || name.equals("size");
            factors.add(
                    ordered
                            ? Factor.continuous(
                                    name, IntStream.of(levels).asDoubleStream().toArray())
                            : Factor.categorical(name, levels));
        }
        return factors;
    }
}
