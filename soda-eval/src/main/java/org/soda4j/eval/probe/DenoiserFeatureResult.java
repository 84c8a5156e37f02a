package org.soda4j.eval.probe;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
 */
public record DenoiserFeatureResult(
        List<String> blocks,
        int[] steps,
        boolean latentKept,
        long seed,
        double[][] accuracies,
        String bestBlock,
        int bestStep,
        ProbeResult best) {

    /** Copies lists and arrays. */
    public DenoiserFeatureResult {
        blocks = List.copyOf(blocks);
        steps = steps.clone();
        accuracies = Arrays.stream(accuracies).map(double[]::clone).toArray(double[][]::new);
    }

    static DenoiserFeatureResult of(
            DenoiserFeatures features, int[] steps, ProbeResult[][] results) {
        List<String> blocks = features.blocks();
        double[][] accuracies = new double[blocks.size()][steps.length];
        int bestBlock = 0;
        int bestStep = 0;
        for (int b = 0; b < accuracies.length; b++) {
            for (int s = 0; s < steps.length; s++) {
                accuracies[b][s] = results[b][s].accuracy();
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
                results[bestBlock][bestStep]);
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
     * The table as a picture: a row a block, a column a step, accuracy in percent.
     *
     * @return to be saved or put into a report
     */
    public HeatMap heatMap() {
        double[][] percent =
                Arrays.stream(accuracies)
                        .map(row -> Arrays.stream(row).map(a -> 100 * a).toArray())
                        .toArray(double[][]::new);
        return HeatMap.builder()
                .title(
                        "%s accuracy in %%, latent %s"
                                .formatted(best.probe(), latentKept ? "kept" : "dropped"))
                .rows("block", blocks)
                .columns("noise step", Arrays.stream(steps).mapToObj(Integer::toString).toList())
                .decimals(1)
                .values(percent)
                .build();
    }

    /**
     * The table for a terminal, accuracies in percent.
     *
     * @return lines that end with a line feed
     */
    public String table() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-10s", "block"));
        for (int step : steps) {
            text.append(String.format(Locale.ROOT, " %8s", "t=" + step));
        }
        for (int b = 0; b < blocks.size(); b++) {
            text.append(String.format(Locale.ROOT, "\n%-10s", blocks.get(b)));
            for (double accuracy : accuracies[b]) {
                text.append(String.format(Locale.ROOT, " %8.2f", 100 * accuracy));
            }
        }
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
        return Arrays.stream(accuracies).map(double[]::clone).toArray(double[][]::new);
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
