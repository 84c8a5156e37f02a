package org.soda4j.eval.probe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.training.listener.Evaluation;

/**
 * Probes as an evaluation of the trainer: the images are encoded once, and every probe gives its
 * accuracy from 0 to 1. Beside it stand those of the same probe on raw pixels and on the same
 * features of the encoder before any training, and chance, which are measured once.
 *
 * <pre>{@code
 * SodaTrainer.builder(soda).evaluation("probe", ProbeEvaluation.of(train, test))
 * }</pre>
 *
 * <p>The run's metrics then hold {@code probe.knn} and {@code probe.linear}, and as their baselines
 * {@code probe.knn.pixels}, {@code probe.knn.untrained}, {@code probe.linear.pixels}, {@code
 * probe.linear.untrained} and {@code probe.chance}, the same in every line. {@link ProbeFigures}
 * puts them side by side. An encoder or a denoiser of your own cannot be made anew from the
 * configuration, so that there is nothing untrained beside it.
 */
public final class ProbeEvaluation implements Evaluation {

    /** Of raw pixels: the figure's name after that of the probe and a point. */
    public static final String PIXELS = "pixels";

    /** Of the untrained encoder: the figure's name after that of the probe and a point. */
    public static final String UNTRAINED = "untrained";

    /** The figure of what needs no features, of all probes: see {@link ProbeComparison#chance}. */
    public static final String CHANCE = "chance";

    private static final String KNN = "knn";
    private static final String LINEAR = "linear";

    private final ImageDataset train;
    private final ImageDataset test;
    private final Output output;
    private final Map<String, FeatureProbe> probes;

    private SodaConfig measured;
    private Map<String, Double> baselines = Map.of();
    private ProbeComparison.Row pixels; // Null before the baselines are measured.

    private ProbeEvaluation(
            ImageDataset train,
            ImageDataset test,
            Output output,
            Map<String, FeatureProbe> probes) {
        this.train = train;
        this.test = test;
        this.output = output;
        this.probes = probes;
    }

    /**
     * The published k-NN ({@code knn}: k = 20, cosine) and the linear probe on cached, standardised
     * features ({@code linear}), on the latent.
     *
     * @param train labelled images to learn from
     * @param test labelled images of the same classes
     * @return the evaluation
     * @throws IllegalStateException if an image has no label
     * @throws IllegalArgumentException if a set is empty, or classes differ or have no training
     *     image
     */
    public static ProbeEvaluation of(ImageDataset train, ImageDataset test) {
        ImageProbeData.of(train, test); // Now, not after the first hundred epochs.
        return new ProbeEvaluation(train, test, Output.LATENT, Map.of())
                .with(KNN, KnnProbe.builder().build())
                .with(LINEAR, LinearProbe.onStandardizedFeatures());
    }

    /**
     * Adds or replaces a probe.
     *
     * @param name of its figure, without a point, and not {@code chance}
     * @param probe fitted at every evaluation, and once on each baseline
     * @return a changed evaluation
     * @throws IllegalArgumentException if the name is that of a baseline
     */
    public ProbeEvaluation with(String name, FeatureProbe probe) {
        if (name.contains(".") || name.equals(CHANCE)) {
            throw new IllegalArgumentException(
                    "name: expected one without a point that is not '%s', which baselines have, found '%s'"
                            .formatted(CHANCE, name));
        }
        Map<String, FeatureProbe> more = new LinkedHashMap<>(probes);
        more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(probe, "probe"));
        return new ProbeEvaluation(train, test, output, more);
    }

    /**
     * Takes other features.
     *
     * @param other default {@link Output#LATENT}
     * @return a changed evaluation
     */
    public ProbeEvaluation output(Output other) {
        return new ProbeEvaluation(train, test, Objects.requireNonNull(other, "output"), probes);
    }

    /** Measures the model, and at the first time the baselines. */
    @Override
    public Map<String, Double> evaluate(Soda soda) {
        Map<String, Double> figures = new TreeMap<>(baselines(soda));
        figures.putAll(accuracies(results(FeatureExtractor.of(soda).output(output)), ""));
        return figures;
    }

    /**
     * Measures what the probes have to beat, or tells what was measured before: of one model all
     * calls have one answer. Raw pixels are the widest features, so that this takes longer than an
     * evaluation that follows.
     *
     * @param soda the model, whose configuration counts; stays open
     * @return the figures of the baselines alone, by name
     */
    public synchronized Map<String, Double> baselines(Soda soda) {
        if (!soda.config().equals(measured)) {
            Map<String, Double> figures = new TreeMap<>();
            Map<String, ProbeResult> ofPixels =
                    results(FeatureExtractor.of(soda).output(Output.PIXELS));
            figures.putAll(accuracies(ofPixels, "." + PIXELS));
            pixels =
                    ProbeComparison.row(
                            ProbeComparison.PIXELS,
                            Optional.of(ofPixels.get(KNN)),
                            ofPixels.get(LINEAR));
            if (ProbeComparison.hasUntrained(soda)) {
                try (Soda untrained = ProbeComparison.untrained(soda)) {
                    FeatureExtractor same = FeatureExtractor.of(untrained).output(output);
                    figures.putAll(accuracies(results(same), "." + UNTRAINED));
                }
            }
            ImageProbeData labels = ImageProbeData.of(train, test);
            int classes = labels.classNames().size();
            figures.put(
                    CHANCE, ProbeComparison.chance(labels.train(), labels.test(), classes).knn());
            baselines = Collections.unmodifiableMap(figures);
            measured = soda.config();
        }
        return baselines;
    }

    /**
     * Tells what the probes {@code knn} and {@code linear} made of raw pixels, for a {@link
     * ProbeComparison} on the same images.
     *
     * @return empty before {@link #baselines}
     */
    public synchronized Optional<ProbeComparison.Row> pixels() {
        return Optional.ofNullable(pixels);
    }

    private Map<String, ProbeResult> results(FeatureExtractor extractor) {
        FeatureSet trainSet = extractor.extract(train);
        FeatureSet testSet = extractor.extract(test);
        Map<String, ProbeResult> results = new LinkedHashMap<>();
        probes.forEach((name, probe) -> results.put(name, probe.evaluate(trainSet, testSet)));
        return results;
    }

    private static Map<String, Double> accuracies(Map<String, ProbeResult> results, String suffix) {
        Map<String, Double> figures = new LinkedHashMap<>();
        results.forEach((name, result) -> figures.put(name + suffix, result.accuracy()));
        return figures;
    }
}
