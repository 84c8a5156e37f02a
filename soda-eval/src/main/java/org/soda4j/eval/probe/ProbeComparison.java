package org.soda4j.eval.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;

/**
 * What a model's features are worth: their k-NN and linear probe beside those of raw pixels, of the
 * same features of the encoder before any training, and beside chance. Prints itself as a table and
 * a sentence.
 *
 * <pre>{@code
 * print(ProbeComparison.of(soda, train, test, Output.JOINED));
 * }</pre>
 *
 * @param rows chance, raw pixels, untrained encoder, and the model last
 */
public record ProbeComparison(List<Row> rows) {

    /** What the row of raw pixels is called. */
    static final String PIXELS = "raw pixels";

    private static final String UNTRAINED = "untrained encoder";

    private static final int NAME_WIDTH = 18;

    /** As much as seeds of small test sets differ, in [0, 1]. */
    private static final double NOTHING = 0.005;

    /** Copies the rows. */
    public ProbeComparison {
        rows = List.copyOf(rows);
    }

    /**
     * One kind of features.
     *
     * @param features what they are
     * @param knn accuracy of k-NN, 0 .. 1; NaN where there is none
     * @param linear accuracy of the linear probe, 0 .. 1
     * @param balancedLinear mean over the classes of the linear probe's recall, 0 .. 1, which does
     *     not grow by guessing the largest class
     */
    public record Row(String features, double knn, double linear, double balancedLinear) {

        /** In columns as those of {@link ProbeComparison#HEADERS}, percent. */
        public List<String> cells() {
            return List.of(features, percent(knn), percent(linear), percent(balancedLinear));
        }

        private static String percent(double share) {
            return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
        }
    }

    /** What the columns are. */
    public static final List<String> HEADERS =
            List.of("features", "k-NN", "linear probe", "balanced");

    /**
     * Measures a model.
     *
     * @param soda the model; stays open
     * @param train labelled images to learn from
     * @param test labelled images of the same classes
     * @param output the model's features, LATENT, POOLED, STAGES or JOINED; standardised by the
     *     model's statistics, or those of the training images where it has none
     * @return the comparison
     * @throws IllegalStateException if an image has no label
     * @throws IllegalArgumentException if classes differ or have too few training images
     */
    public static ProbeComparison of(
            Soda soda, ImageDataset train, ImageDataset test, Output output) {
        List<Row> rows = new ArrayList<>(baselines(soda, train, test, output, row -> {}));
        rows.add(ofModel(soda, train, test, output));
        return new ProbeComparison(rows);
    }

    /**
     * Measures a model on images whose raw pixels were probed before, which takes longest.
     *
     * @param soda as for {@link #of(Soda, ImageDataset, ImageDataset, Output)}
     * @param train as there
     * @param test as there
     * @param output as there
     * @param pixels the row of raw pixels, of the same images at the model's resolution
     * @return the comparison
     */
    public static ProbeComparison of(
            Soda soda, ImageDataset train, ImageDataset test, Output output, Row pixels) {
        Objects.requireNonNull(pixels, "pixels");
        List<Row> rows =
                new ArrayList<>(baselines(soda, train, test, output, () -> pixels, row -> {}));
        rows.add(ofModel(soda, train, test, output));
        return new ProbeComparison(rows);
    }

    /**
     * Measures what a model is compared with: chance, raw pixels and the untrained encoder.
     *
     * @param soda the model, whose configuration counts
     * @param train as for {@link #of}
     * @param test as for {@link #of}
     * @param output as for {@link #of}
     * @param done gets each row as soon as it is measured
     * @return the three rows
     */
    public static List<Row> baselines(
            Soda soda,
            ImageDataset train,
            ImageDataset test,
            Output output,
            Consumer<? super Row> done) {
        Objects.requireNonNull(done, "done");
        FeatureExtractor pixels = FeatureExtractor.of(soda).output(Output.PIXELS);
        return baselines(
                soda,
                train,
                test,
                output,
                () -> row(PIXELS, pixels.extract(train), pixels.extract(test)),
                done);
    }

    private static List<Row> baselines(
            Soda soda,
            ImageDataset train,
            ImageDataset test,
            Output output,
            Supplier<Row> pixels,
            Consumer<? super Row> done) {
        ImageProbeData labels = ImageProbeData.of(train, test);
        List<Row> rows = new ArrayList<>();
        rows.add(chance(labels.train(), labels.test(), labels.classNames().size()));
        done.accept(rows.get(0));
        rows.add(pixels.get());
        done.accept(rows.get(1));
        try (Soda untrained = untrained(soda)) {
            rows.add(features(UNTRAINED, untrained, train, test, output));
        }
        done.accept(rows.get(2));
        return rows;
    }

    /**
     * Tells whether {@link #untrained} can make a model anew.
     *
     * @param soda any model
     * @return not with somebody's own encoder or denoiser, of which the configuration has the name
     *     alone
     */
    public static boolean hasUntrained(Soda soda) {
        return soda.config().encoder() instanceof ResNetEncoderConfig
                && soda.config().denoiser() instanceof UNetDenoiserConfig;
    }

    /**
     * Makes a model as it was before any training: what its features have to beat.
     *
     * @param soda whose configuration and device it gets; stays open
     * @return initial values of the default seed; the caller closes it
     */
    public static Soda untrained(Soda soda) {
        return Soda.builder().config(soda.config()).device(soda.device()).build();
    }

    /**
     * Measures the model alone.
     *
     * @param soda as for {@link #of}
     * @param train as for {@link #of}
     * @param test as for {@link #of}
     * @param output as for {@link #of}
     * @return the last row
     */
    public static Row ofModel(Soda soda, ImageDataset train, ImageDataset test, Output output) {
        return features("SODA", soda, train, test, output);
    }

    private static Row features(
            String name, Soda soda, ImageDataset train, ImageDataset test, Output output) {
        FeatureExtractor extractor = FeatureExtractor.of(soda).output(output);
        if (soda.featureStatistics().isPresent()) {
            extractor = extractor.standardized(true);
            return row(name, extractor.extract(train), extractor.extract(test));
        }
        FeatureSet trainSet = extractor.extract(train);
        FeatureStatistics statistics =
                FeatureStatistics.of(trainSet.sharedValues(), trainSet.width());
        return row(
                name,
                trainSet.standardized(statistics),
                extractor.extract(test).standardized(statistics));
    }

    /**
     * Measures any features, as they are.
     *
     * @param features what they are
     * @param train labelled, at least 20 of each class
     * @param test labelled, with the same classes
     * @return their row
     */
    public static Row row(String features, FeatureSet train, FeatureSet test) {
        return row(features, KnnProbe.builder().build(), train, test);
    }

    /**
     * Measures any features, as they are, with another k-NN than the published one.
     *
     * @param features what they are
     * @param neighbours such as one that allows small classes
     * @param train labelled
     * @param test labelled, with the same classes
     * @return their row
     */
    public static Row row(String features, KnnProbe neighbours, FeatureSet train, FeatureSet test) {
        return row(
                features,
                Optional.of(neighbours.evaluate(train, test)),
                LinearProbe.onStandardizedFeatures().evaluate(train, test));
    }

    /**
     * Takes what probes found.
     *
     * @param features what was probed
     * @param knn k-NN's answers; empty where classes were too small for it
     * @param linear the linear probe's
     * @return their row
     */
    public static Row row(String features, Optional<ProbeResult> knn, ProbeResult linear) {
        return new Row(
                features,
                knn.map(ProbeResult::accuracy).orElse(Double.NaN),
                linear.accuracy(),
                Arrays.stream(linear.perClassRecall()).average().orElse(Double.NaN));
    }

    /**
     * What needs no features: always the class that is the most frequent in training.
     *
     * @param train labelled
     * @param test labelled, with the same classes
     * @return its accuracy
     */
    public static Row chance(FeatureSet train, FeatureSet test) {
        int[] truth = ProbeData.require(train, test).labels();
        return chance(train.labels(), truth, train.classCount());
    }

    static Row chance(int[] train, int[] test, int classes) {
        int[] counts = new int[classes];
        for (int label : train) {
            counts[label]++;
        }
        int largest = 0;
        for (int c = 1; c < counts.length; c++) {
            largest = counts[c] > counts[largest] ? c : largest;
        }
        int constant = largest;
        double share =
                Arrays.stream(test).filter(label -> label == constant).count()
                        / (double) test.length;
        return new Row("chance", share, share, 1.0 / classes);
    }

    /**
     * Says what the table means.
     *
     * @return one sentence, and another where the lead is small or missing
     */
    public String sentence() {
        Row model = rows.get(rows.size() - 1);
        Row knn = best(Row::knn);
        Row linear = best(Row::linear);
        double knnLead = model.knn - knn.knn;
        double linearLead = model.linear - linear.linear;
        if (Math.min(knnLead, linearLead) > 0) {
            String noise =
                    Math.min(knnLead, linearLead) > NOTHING
                            ? ""
                            : " Half a point or less may be the chance of a seed.";
            return String.format(
                    Locale.ROOT,
                    "The features, learned without a label, beat every baseline by at least %.1f points"
                            + " in k-NN and %.1f in the linear probe.%s",
                    100 * knnLead,
                    100 * linearLead,
                    noise);
        }
        String both =
                "In k-NN the features are %s the best baseline (%s), in the linear probe %s it (%s)."
                        .formatted(
                                beside(model.knn, knn.knn),
                                knn.features,
                                beside(model.linear, linear.linear),
                                linear.features);
        return Math.max(knnLead, linearLead) > 0
                ? both
                : both + " Train longer, on more images, or try another recipe.";
    }

    private Row best(ToDoubleFunction<Row> accuracy) {
        return rows.subList(0, rows.size() - 1).stream()
                .max(Comparator.comparingDouble(accuracy))
                .orElseThrow();
    }

    /**
     * Says how far one accuracy is from another, as "2.1 points above", "level with" or "0.3 points
     * below".
     *
     * @param accuracy 0 .. 1
     * @param other what it stands beside, 0 .. 1
     * @return in points of a percent with one decimal; below half of the last digit they are level
     */
    public static String beside(double accuracy, double other) {
        long tenths = Math.round(1000 * (accuracy - other));
        if (tenths == 0) {
            return "level with";
        }
        return String.format(
                Locale.ROOT,
                "%.1f points %s",
                Math.abs(tenths) / 10.0,
                tenths > 0 ? "above" : "below");
    }

    /**
     * Shows rows side by side, without a word on what they mean.
     *
     * @param rows of any features
     * @return lines that end with a line feed
     */
    public static String table(List<Row> rows) {
        int longest = rows.stream().mapToInt(row -> row.features.length()).max().orElse(0);
        String format = "%-" + Math.max(NAME_WIDTH, longest) + "s %9s %13s %10s\n";
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, format, HEADERS.toArray()));
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, format, row.cells().toArray()));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return table(rows) + sentence() + '\n';
    }
}
