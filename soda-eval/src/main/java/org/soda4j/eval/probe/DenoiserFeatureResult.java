package org.soda4j.eval.probe;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.soda4j.eval.feature.DenoiserFeatures;
import org.soda4j.eval.plot.HeatMap;

/**
 * What a sweep over the denoiser's blocks and noise steps found.
 *
 * @param blocks the names of the blocks, in the order in which they are computed
 * @param steps the noise steps
 * @param latentKept whether the denoiser was given the images' latents
 * @param seed what the noise derives from
 * @param accuracies {@code [blocks][steps]}, 0 to 1
 * @param bestBlock the block of the highest accuracy, the first of equal ones
 * @param bestStep its noise step
 * @param best what the probe found there
 * @param baselines what it has to beat
 */
public record DenoiserFeatureResult(
        List<String> blocks,
        int[] steps,
        boolean latentKept,
        long seed,
        double[][] accuracies,
        String bestBlock,
        int bestStep,
        ProbeResult best,
        Baselines baselines) {

    private static final String UNTRAINED = "untrained, best block";

    /**
     * What the blocks have to beat, on the same images with the same probe.
     *
     * @param chance accuracy of always the class that is the most frequent in training, 0 to 1
     * @param pixels accuracy on raw pixels, 0 to 1
     * @param untrained accuracies of the same blocks at the same steps before any training, {@code
     *     [blocks][steps]}; empty of a model with an encoder of somebody's own
     */
    public record Baselines(double chance, double pixels, double[][] untrained) {

        /** Copies the arrays. */
        public Baselines {
            untrained = copy(untrained);
        }

        @Override
        public double[][] untrained() {
            return copy(untrained);
        }

        /**
         * Name to an accuracy for each step; of the untrained blocks the best, which is hardest.
         */
        private Map<String, double[]> rows(int steps) {
            Map<String, double[]> rows = new LinkedHashMap<>();
            rows.put("chance", DoubleStream.generate(() -> chance).limit(steps).toArray());
            rows.put("raw pixels", DoubleStream.generate(() -> pixels).limit(steps).toArray());
            Arrays.stream(untrained)
                    .reduce(Baselines::higher)
                    .ifPresent(best -> rows.put(UNTRAINED, best));
            return rows;
        }

        private static double[] higher(double[] one, double[] other) {
            return IntStream.range(0, one.length)
                    .mapToDouble(i -> Math.max(one[i], other[i]))
                    .toArray();
        }
    }

    /** Copies lists and arrays. */
    public DenoiserFeatureResult {
        blocks = List.copyOf(blocks);
        steps = steps.clone();
        accuracies = copy(accuracies);
        Objects.requireNonNull(baselines, "baselines");
    }

    private static double[][] copy(double[][] rows) {
        return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    }

    static double[][] accuracies(ProbeResult[][] results) {
        return Arrays.stream(results)
                .map(row -> Arrays.stream(row).mapToDouble(ProbeResult::accuracy).toArray())
                .toArray(double[][]::new);
    }

    static DenoiserFeatureResult of(
            DenoiserFeatures features, int[] steps, ProbeResult[][] results, Baselines baselines) {
        List<String> blocks = features.blocks();
        double[][] accuracies = accuracies(results);
        int bestBlock = 0;
        int bestStep = 0;
        for (int b = 0; b < accuracies.length; b++) {
            for (int s = 0; s < steps.length; s++) {
                if (accuracies[b][s] > accuracies[bestBlock][bestStep]) {
                    bestBlock = b;
                    bestStep = s;
                }
            }
        }
        return new DenoiserFeatureResult(
                blocks,
                steps,
                features.keepLatent(),
                features.seed(),
                accuracies,
                blocks.get(bestBlock),
                steps[bestStep],
                results[bestBlock][bestStep],
                baselines);
    }

    /** Baselines first, then the blocks. */
    private Map<String, double[]> rows() {
        Map<String, double[]> rows = baselines.rows(steps.length);
        for (int b = 0; b < accuracies.length; b++) {
            rows.put(blocks.get(b), accuracies[b]);
        }
        return rows;
    }

    /**
     * The best block and step as {@code FeatureExtractor.denoiser} takes them.
     *
     * @return with the same latent and noise as was measured
     */
    public DenoiserFeatures bestFeatures() {
        return new DenoiserFeatures(List.of(bestBlock), bestStep, latentKept, seed);
    }

    /**
     * The table as a picture: a row a block below those of the baselines, a column a step, accuracy
     * in percent.
     *
     * @return to be saved or put into a report
     */
    public HeatMap heatMap() {
        double[][] percent =
                rows().values().stream()
                        .map(row -> Arrays.stream(row).map(a -> 100 * a).toArray())
                        .toArray(double[][]::new);
        return HeatMap.builder()
                .title(
                        "%s accuracy in %%, latent %s"
                                .formatted(best.probe(), latentKept ? "kept" : "dropped"))
                .rows("block", List.copyOf(rows().keySet()))
                .columns("noise step", Arrays.stream(steps).mapToObj(Integer::toString).toList())
                .decimals(1)
                .values(percent)
                .build();
    }

    /**
     * The table for a terminal, accuracies in percent, the baselines first.
     *
     * @return lines that end with a line feed
     */
    public String table() {
        String name = "%-" + UNTRAINED.length() + "s";
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, name, "block"));
        for (int step : steps) {
            text.append(String.format(Locale.ROOT, " %8s", "t=" + step));
        }
        rows().forEach(
                        (row, values) -> {
                            text.append('\n').append(String.format(Locale.ROOT, name, row));
                            for (double accuracy : values) {
                                text.append(String.format(Locale.ROOT, " %8.2f", 100 * accuracy));
                            }
                        });
        return text.append(
                        String.format(
                                Locale.ROOT,
                                "\nbest: %s at t = %d, %.2f %%\n",
                                bestBlock,
                                bestStep,
                                100 * best.accuracy()))
                .toString();
    }

    @Override
    public int[] steps() {
        return steps.clone();
    }

    @Override
    public double[][] accuracies() {
        return copy(accuracies);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d blocks x %d noise steps, latent %s; best: %s at step %d, %s",
                blocks.size(),
                steps.length,
                latentKept ? "kept" : "dropped",
                bestBlock,
                bestStep,
                best);
    }
}
