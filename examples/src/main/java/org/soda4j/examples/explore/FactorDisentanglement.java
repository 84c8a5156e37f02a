package org.soda4j.examples.explore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.soda4j.ModelSummary;
import org.soda4j.Soda;
import org.soda4j.data.dataset.KnownFactors;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.eval.disentanglement.Disentanglement;
import org.soda4j.eval.disentanglement.DisentanglementScores;
import org.soda4j.eval.disentanglement.Factor;
import org.soda4j.eval.disentanglement.FactorPredictor;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.IndependentComponents;

/**
 * How well a model's latent separates the known factors of images: its numbers, its sections and
 * groups of its independent components, by each {@link FactorPredictor}.
 */
public record FactorDisentanglement(List<Units> units) {

    /** The head of {@link #rows}. */
    public static final List<String> HEAD =
            List.of(
                    "units",
                    "by",
                    "disentanglement",
                    "completeness",
                    "informativeness",
                    "MIG",
                    "SAP",
                    "modularity");

    /**
     * One way to cut the latent.
     *
     * @param name what the units are
     * @param predictor of the factors
     */
    public record Units(String name, FactorPredictor predictor, DisentanglementScores scores) {

        private String count() {
            return "%d %s".formatted(scores.importance().length, name);
        }

        private String by() {
            return predictor.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        @Override
        public String toString() {
            return count() + " by " + by();
        }
    }

    /** Copies the list. */
    public FactorDisentanglement {
        units = List.copyOf(units);
    }

    /** Encodes so many generated images of shapes, at the model's resolution, and measures. */
    public static FactorDisentanglement ofShapes(Soda soda, int images) {
        ShapesDataset shapes =
                ShapesDataset.builder()
                        .count(images)
                        .resolution(soda.config().denoiser().imageShape().get(1))
                        .seed(1)
                        .build();
        FeatureSet latents = FeatureExtractor.of(soda).output(Output.LATENT).extract(shapes);
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
        int[] sections =
                soda.describe().sections().stream().mapToInt(ModelSummary.Section::size).toArray();
        Optional<IndependentComponents> components = IndependentSections.of(unlabelled);
        List<Units> units = new ArrayList<>();
        for (FactorPredictor predictor : FactorPredictor.values()) {
            Disentanglement latent = Disentanglement.of(latents, factors, predictor);
            units.add(new Units("numbers of z", predictor, latent.perDimension()));
            if (sections.length > 1) {
                units.add(new Units("sections", predictor, latent.perSection(sections)));
            }
            components.ifPresent(
                    found ->
                            units.add(
                                    new Units(
                                            "independent sections",
                                            predictor,
                                            Disentanglement.of(
                                                            found.of(latents), factors, predictor)
                                                    .perSection(found.sizes()))));
        }
        return new FactorDisentanglement(units);
    }

    /** The scores under {@link #HEAD}. */
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Units measured : units) {
            DisentanglementScores scores = measured.scores();
            List<String> row = new ArrayList<>();
            row.add(measured.count());
            row.add(measured.by());
            for (double score :
                    new double[] {
                        scores.disentanglement(),
                        scores.completeness(),
                        scores.informativeness(),
                        scores.mig(),
                        scores.sap(),
                        scores.modularity()
                    }) {
                row.add(String.format(Locale.ROOT, "%.3f", score));
            }
            rows.add(row);
        }
        return rows;
    }

    /**
     * The same for a terminal.
     *
     * @return aligned lines, each with a line feed
     */
    public String table() {
        List<List<String>> lines = new ArrayList<>(List.of(HEAD));
        lines.addAll(rows());
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            for (int c = 0; c < line.size(); c++) {
                int column = c;
                int width =
                        Collections.max(lines.stream().map(l -> l.get(column).length()).toList());
                String pad = " ".repeat(width - line.get(c).length());
                text.append(c < 2 ? line.get(c) + pad : pad + line.get(c));
                text.append(c + 1 < line.size() ? "  " : "\n");
            }
        }
        return text.toString();
    }
}
