package org.soda4j.eval.probe;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How often each class was taken for each.
 *
 * @param classNames names in label order; "0", "1", ... where the data have none
 * @param counts {@code [classes][classes]}: examples of the row's class predicted as the column's
 */
public record ConfusionMatrix(List<String> classNames, int[][] counts) {

    private static final int MOST_CLASSES = 10_000;

    /** Copies both and checks that the sizes agree. */
    public ConfusionMatrix {
        classNames = List.copyOf(classNames);
        int classes = classNames.size();
        if (counts.length != classes
                || Arrays.stream(counts).anyMatch(row -> row.length != classes)) {
            throw new IllegalArgumentException(
                    "expected %d x %d counts, one per pair of names".formatted(classes, classes));
        }
        counts = Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
    }

    /**
     * Counts predictions.
     *
     * @param classNames names in label order
     * @param truth the labels
     * @param predictions as many predicted labels
     * @return the matrix
     * @throws IllegalArgumentException if the counts differ, or there are more than 10,000 classes
     */
    public static ConfusionMatrix of(List<String> classNames, int[] truth, int[] predictions) {
        if (truth.length != predictions.length) {
            throw new IllegalArgumentException(
                    "expected %d predictions, one per label, found %d"
                            .formatted(truth.length, predictions.length));
        }
        if (classNames.size() > MOST_CLASSES) {
            throw new IllegalArgumentException(
                    "expected at most %d classes, for each pair of which there is a number, found %d; number classes from 0 on, without gaps"
                            .formatted(MOST_CLASSES, classNames.size()));
        }
        int[][] counts = new int[classNames.size()][classNames.size()];
        for (int i = 0; i < truth.length; i++) {
            counts[truth[i]][predictions[i]]++;
        }
        return new ConfusionMatrix(classNames, counts);
    }

    @Override
    public int[][] counts() {
        return Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
    }

    /**
     * The number of examples.
     *
     * @return the sum of all counts
     */
    public int total() {
        return Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
    }

    /**
     * The fraction predicted correctly.
     *
     * @return 0 to 1, NaN without examples
     */
    public double accuracy() {
        int correct = 0;
        for (int i = 0; i < counts.length; i++) {
            correct += counts[i][i];
        }
        return (double) correct / total();
    }

    /**
     * The fraction of a class predicted correctly.
     *
     * @param label the class
     * @return 0 to 1, NaN if the class has no example
     */
    public double recall(int label) {
        return (double) counts[label][label] / Arrays.stream(counts[label]).sum();
    }

    /**
     * A table for a terminal: one line a class with its examples, its recall in percent and what it
     * is most often taken for.
     *
     * @return lines that end with a line feed
     */
    public String table() {
        int width = Math.max(5, classNames.stream().mapToInt(String::length).max().orElse(0));
        StringBuilder text = new StringBuilder();
        text.append(
                format(
                        "%-" + width + "s %8s %8s  %s\n",
                        "class",
                        "examples",
                        "recall",
                        "most often taken for"));
        for (int i = 0; i < counts.length; i++) {
            int examples = Arrays.stream(counts[i]).sum();
            text.append(
                    format(
                            "%-" + width + "s %8d %8s  %s\n",
                            classNames.get(i),
                            examples,
                            examples == 0 ? "-" : format("%.2f %%", 100 * recall(i)),
                            mistake(i)));
        }
        return text.toString();
    }

    private String mistake(int label) {
        int worst = -1;
        for (int j = 0; j < counts.length; j++) {
            if (j != label
                    && counts[label][j] > 0
                    && (worst < 0 || counts[label][j] > counts[label][worst])) {
                worst = j;
            }
        }
        return worst < 0 ? "" : classNames.get(worst) + " (" + counts[label][worst] + ")";
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "accuracy %.2f %% of %d examples in %d classes",
                100 * accuracy(),
                total(),
                classNames.size());
    }
}
