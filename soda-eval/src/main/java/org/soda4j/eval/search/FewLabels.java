package org.soda4j.eval.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.LogisticModel;
import org.soda4j.eval.probe.LogisticRegression;

/**
 * A classifier from a handful of labelled images among many: logistic regression on features of
 * length 1, its strength and the temperature of its probabilities (Guo et al. 2017) chosen by the
 * log loss in cross-validation over the labelled ones.
 *
 * <pre>{@code
 * FewLabels few = FewLabels.of(index.features(),
 *         Map.of("1.png", "cat", "2.png", "cat", "3.png", "dog", "4.png", "dog"));
 * List<FewLabels.Answer> answers = few.answers();
 * List<String> next = few.mostHelpful(10);
 * }</pre>
 */
public final class FewLabels {

    private static final double[] STRENGTHS = {0.1, 1, 10, 100, 1000};
    private static final int MOST_FOLDS = 10;

    /** Temperatures are sought between these. */
    private static final double COLDEST = 0.05;

    private static final double HOTTEST = 20;

    private final FeatureSet features;
    private final List<String> ids;
    private final List<String> classNames;
    private final Map<String, String> labels;
    private final double[][] probabilities;
    private final double c;
    private final double temperature;

    /**
     * What the classifier says of an image.
     *
     * @param id the image
     * @param label the most probable class
     * @param probability of that class, 0 to 1
     */
    public record Answer(String id, String label, double probability) {}

    private FewLabels(
            FeatureSet features,
            List<String> ids,
            List<String> classNames,
            Map<String, String> labels,
            double c,
            double temperature,
            double[][] probabilities) {
        this.features = features;
        this.ids = ids;
        this.classNames = classNames;
        this.labels = labels;
        this.c = c;
        this.temperature = temperature;
        this.probabilities = probabilities;
    }

    /**
     * Learns from the labelled images and looks at all.
     *
     * @param features one row an image, with different ids
     * @param labels class by id, at least two of each of at least two classes
     * @return the classifier and its answers
     * @throws IllegalArgumentException if there are fewer, or an id is unknown
     */
    public static FewLabels of(FeatureSet features, Map<String, String> labels) {
        List<String> ids = ImageIndexWriter.requireIds(features);
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            places.put(ids.get(i), i);
        }
        List<String> names = new ArrayList<>(new TreeSet<>(labels.values()));
        List<Integer> rows = new ArrayList<>();
        List<Integer> classes = new ArrayList<>();
        // In the order of ids, so that the answer does not depend on that of the map.
        for (String id : new TreeSet<>(labels.keySet())) {
            if (!places.containsKey(id)) {
                throw new IllegalArgumentException(
                        "labels: expected ids of images, found %s, which is none".formatted(id));
            }
            rows.add(places.get(id));
            classes.add(names.indexOf(labels.get(id)));
        }
        int[] counts = new int[names.size()];
        classes.forEach(label -> counts[label]++);
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] < 2) {
                throw new IllegalArgumentException(
                        "labels: expected at least 2 images of every class, found 1 of "
                                + names.get(label));
            }
        }
        if (names.size() < 2) {
            throw new IllegalArgumentException(
                    "labels: expected at least 2 classes, found " + names);
        }
        FeatureSet unit = features.normalized();
        FeatureSet labelled =
                unit.rows(rows.stream().mapToInt(i -> i).toArray())
                        .withLabels(classes.stream().mapToInt(i -> i).toArray(), names);
        int folds = Math.min(MOST_FOLDS, Arrays.stream(counts).min().orElseThrow());
        double bestLoss = Double.POSITIVE_INFINITY;
        double bestC = 1;
        double bestTemperature = 1;
        for (double c : STRENGTHS) {
            double[][] logits = heldOutLogits(labelled, c, folds);
            double temperature = temperature(logits, labelled.labels());
            double loss = logLoss(logits, labelled.labels(), temperature);
            if (loss < bestLoss) {
                bestLoss = loss;
                bestC = c;
                bestTemperature = temperature;
            }
        }
        double[][] probabilities = logits(fit(labelled, bestC), unit);
        for (double[] row : probabilities) {
            softmax(row, bestTemperature);
        }
        return new FewLabels(
                unit,
                List.copyOf(ids),
                List.copyOf(names),
                new LinkedHashMap<>(labels),
                bestC,
                bestTemperature,
                probabilities);
    }

    private static LogisticModel fit(FeatureSet labelled, double c) {
        return LogisticRegression.builder().c(c).build().fit(labelled);
    }

    /** Each row's logits by a model that has not seen it; folds have every class. */
    private static double[][] heldOutLogits(FeatureSet labelled, double c, int folds) {
        int[] fold = new int[labelled.size()];
        int[] seen = new int[labelled.classCount()];
        for (int i = 0; i < fold.length; i++) {
            fold[i] = seen[labelled.label(i)]++ % folds;
        }
        double[][] logits = new double[labelled.size()][];
        for (int held = 0; held < folds; held++) {
            int number = held;
            int[] train = IntStream.range(0, fold.length).filter(i -> fold[i] != number).toArray();
            int[] test = IntStream.range(0, fold.length).filter(i -> fold[i] == number).toArray();
            double[][] each = logits(fit(labelled.rows(train), c), labelled.rows(test));
            for (int i = 0; i < test.length; i++) {
                logits[test[i]] = each[i];
            }
        }
        return logits;
    }

    /** Logits up to a constant of each row, which no probability depends on. */
    private static double[][] logits(LogisticModel model, FeatureSet rows) {
        double[][] logits = model.probabilities(rows);
        for (double[] row : logits) {
            for (int i = 0; i < row.length; i++) {
                row[i] = Math.log(Math.max(row[i], Double.MIN_NORMAL));
            }
        }
        return logits;
    }

    private static void softmax(double[] logits, double temperature) {
        double most = Arrays.stream(logits).max().orElseThrow();
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = Math.exp((logits[i] - most) / temperature);
            sum += logits[i];
        }
        for (int i = 0; i < logits.length; i++) {
            logits[i] /= sum;
        }
    }

    private static double logLoss(double[][] logits, int[] labels, double temperature) {
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            double[] row = logits[i].clone();
            softmax(row, temperature);
            sum -= Math.log(Math.max(row[labels[i]], 1e-12));
        }
        return sum / labels.length;
    }

    /** The temperature of the smallest loss, by golden section over its logarithm. */
    private static double temperature(double[][] logits, int[] labels) {
        double golden = (Math.sqrt(5) - 1) / 2;
        double from = Math.log(COLDEST);
        double to = Math.log(HOTTEST);
        for (int step = 0; step < 30; step++) {
            double left = to - golden * (to - from);
            double right = from + golden * (to - from);
            if (logLoss(logits, labels, Math.exp(left))
                    < logLoss(logits, labels, Math.exp(right))) {
                to = right;
            } else {
                from = left;
            }
        }
        return Math.exp((from + to) / 2);
    }

    /**
     * Returns the classes.
     *
     * @return names in the order of probabilities
     */
    public List<String> classNames() {
        return classNames;
    }

    /**
     * Returns the probabilities of all images.
     *
     * @return {@code [n][classes]}, each row sums to 1; a copy
     */
    public double[][] probabilities() {
        return Arrays.stream(probabilities).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * Returns the strength that was chosen.
     *
     * @return the C of {@link LogisticRegression}
     */
    public double c() {
        return c;
    }

    /**
     * Returns the temperature that was chosen.
     *
     * @return what logits are divided by; above 1 where the regression was too sure of itself
     */
    public double temperature() {
        return temperature;
    }

    /**
     * Says of every image what it is.
     *
     * @return one answer an image, in the order of ids; also of those that were labelled
     */
    public List<Answer> answers() {
        return IntStream.range(0, probabilities.length)
                .mapToObj(
                        i -> {
                            int best = best(probabilities[i]);
                            return new Answer(
                                    ids.get(i), classNames.get(best), probabilities[i][best]);
                        })
                .toList();
    }

    private static int best(double[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            best = row[i] > row[best] ? i : best;
        }
        return best;
    }

    /**
     * Says which images to label next: those the classifier is least sure of (largest entropy), and
     * which are unlike each other: one that is nearer to a chosen one than the mean of all is left
     * for another time.
     *
     * @param count at most so many, at least 1
     * @return ids of unlabelled images, the most helpful first
     */
    public List<String> mostHelpful(int count) {
        double[] mean = new double[features.width()];
        for (int i = 0; i < features.size(); i++) {
            float[] row = features.row(i);
            for (int j = 0; j < row.length; j++) {
                mean[j] += row[j] / (double) features.size();
            }
        }
        // Of unit vectors, the squared length of the mean is the mean cosine of all pairs.
        double usual = Arrays.stream(mean).map(v -> v * v).sum();
        double near = (1 + usual) / 2;
        List<Integer> bySureness =
                IntStream.range(0, ids.size())
                        .filter(i -> !labels.containsKey(ids.get(i)))
                        .boxed()
                        .sorted(
                                Comparator.comparingDouble(
                                                (Integer i) -> -entropy(probabilities[i]))
                                        .thenComparing(ids::get))
                        .toList();
        List<Integer> chosen = new ArrayList<>();
        for (boolean apart : new boolean[] {true, false}) {
            for (int candidate : bySureness) {
                if (chosen.size() == count) {
                    break;
                }
                float[] row = features.row(candidate);
                boolean isNear =
                        chosen.stream().anyMatch(i -> UnitVectors.dot(features.row(i), row) > near);
                if (!chosen.contains(candidate) && !(apart && isNear)) {
                    chosen.add(candidate);
                }
            }
        }
        return chosen.stream().map(ids::get).toList();
    }

    private static double entropy(double[] row) {
        return -Arrays.stream(row).filter(p -> p > 0).map(p -> p * Math.log(p)).sum();
    }
}
