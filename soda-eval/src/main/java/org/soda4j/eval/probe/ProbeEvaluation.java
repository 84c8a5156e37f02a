package org.soda4j.eval.probe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.training.listener.Evaluation;

/**
 * Probes as an evaluation of the trainer: the images are encoded once, and every probe gives one
 * figure, its accuracy from 0 to 1.
 *
 * <pre>{@code
 * SodaTrainer.builder(soda).evaluation("probe", ProbeEvaluation.of(train, test))
 * }</pre>
 *
 * <p>The run's metrics then hold {@code probe.knn} and {@code probe.linear}.
 */
public final class ProbeEvaluation implements Evaluation {

    private final ImageDataset train;
    private final ImageDataset test;
    private final Output output;
    private final Map<String, FeatureProbe> probes;

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
                .with("knn", KnnProbe.builder().build())
                .with("linear", LinearProbe.onStandardizedFeatures());
    }

    /**
     * Adds or replaces a probe.
     *
     * @param name of its figure
     * @param probe fitted at every evaluation
     * @return a changed evaluation
     */
    public ProbeEvaluation with(String name, FeatureProbe probe) {
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

    @Override
    public Map<String, Double> evaluate(Soda soda) {
        FeatureExtractor extractor = FeatureExtractor.of(soda).output(output);
        FeatureSet trainSet = extractor.extract(train);
        FeatureSet testSet = extractor.extract(test);
        Map<String, Double> figures = new LinkedHashMap<>();
        probes.forEach(
                (name, probe) -> figures.put(name, probe.evaluate(trainSet, testSet).accuracy()));
        return figures;
    }
}
