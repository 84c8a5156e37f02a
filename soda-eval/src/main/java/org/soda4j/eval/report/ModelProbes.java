package org.soda4j.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.ImageLinearProbe;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeResult;

/**
 * The probes of an evaluation and their table.
 *
 * @param train images to learn from
 * @param test images to test on
 * @param crops whether the published linear probe on crops is one of them
 * @param fineTune whether fine-tuning is one of them
 * @param published what the table compares with
 * @param progress a part's name and total to what takes how much of it is done
 */
record ModelProbes(
        Soda soda,
        ImageDataset train,
        ImageDataset test,
        boolean crops,
        boolean fineTune,
        Optional<PublishedAccuracy> published,
        BiFunction<String, Long, IntConsumer> progress) {

    private static final int IMAGE_EPOCHS = 15; // As published.

    /** Of labelled features of the same images. */
    List<ProbeResult> run(FeatureSet trainSet, FeatureSet testSet) {
        List<ProbeResult> probes = new ArrayList<>();
        probes.add(KnnProbe.builder().build().evaluate(trainSet, testSet));
        IntConsumer solved = progress.apply("linear probe", 1L);
        probes.add(LinearProbe.onStandardizedFeatures().evaluate(trainSet, testSet));
        solved.accept(1);
        probes.addAll(onImages(soda, ""));
        if ((crops || fineTune) && ProbeComparison.hasUntrained(soda)) {
            try (Soda untrained = ProbeComparison.untrained(soda)) {
                probes.addAll(onImages(untrained, ", untrained encoder"));
            }
        }
        return probes;
    }

    /** The latent beside what it has to beat; not of blocks that a configuration cannot make. */
    Optional<LatentComparison> compared(FeatureSet trainSet, FeatureSet testSet) {
        if (!ProbeComparison.hasUntrained(soda)) {
            return Optional.empty();
        }
        IntConsumer compared = progress.apply("compare the latent", 1L);
        LatentComparison found = LatentComparison.of(soda, train, test, trainSet, testSet);
        compared.accept(1);
        return Optional.of(found);
    }

    private List<ProbeResult> onImages(Soda model, String whose) {
        List<ProbeResult> probes = new ArrayList<>();
        if (crops) {
            ProbeResult recipe =
                    onImages(model, "linear probe on crops" + whose, false).evaluate(train, test);
            probes.add(named("linear on crops" + whose, recipe));
        }
        if (fineTune) {
            ProbeResult tuned = onImages(model, "fine-tune" + whose, true).evaluate(train, test);
            probes.add(named(tuned.probe() + whose, tuned));
        }
        return probes;
    }

    private static ProbeResult named(String name, ProbeResult result) {
        return new ProbeResult(name, result.settings(), result.predictions(), result.confusion());
    }

    private ImageLinearProbe onImages(Soda model, String part, boolean learns) {
        return LinearProbe.onImages(model)
                .fineTune(learns)
                .epochs(IMAGE_EPOCHS)
                .progress(progress.apply(part, (long) IMAGE_EPOCHS))
                .build();
    }

    TableSection table(List<ProbeResult> probes) {
        List<Double> figures = new ArrayList<>();
        published.ifPresent(
                p -> {
                    figures.add(p.knn());
                    figures.add(p.linear());
                    if (crops) {
                        figures.add(p.linear());
                    }
                });
        TableSection table = TableSection.ofProbes("Probes of the latent", probes, figures);
        String note =
                published
                        .map(
                                p ->
                                        "Published: %s with 11 + 40 million parameters, all training images and 800 epochs. Here: %s parameters, probes on %d training images."
                                                .formatted(p.dataset(), parameters(), train.size()))
                        .orElse("");
        return new TableSection(table.title(), table.headers(), table.rows(), note);
    }

    /** How many the model has, for people. */
    String parameters() {
        return Html.format("%.2f million", soda.describe().parameterCount() / 1e6);
    }
}
