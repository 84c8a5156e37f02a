package org.soda4j.eval.search;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.ImageBatches;
import org.soda4j.eval.probe.KnnProbe;

/**
 * Images that are unlike all others: far from their neighbours, or drawn badly by the denoiser.
 *
 * <pre>{@code
 * List<OddOnesOut.Odd> odd =
 *         OddOnesOut.ranked(index.ids(), OddOnesOut.distances(index.features(), 10));
 * }</pre>
 */
public final class OddOnesOut {

    private static final int BATCH = 64;

    private OddOnesOut() {}

    /**
     * One image and how odd it is.
     *
     * @param id the image
     * @param score larger is odder
     */
    public record Odd(String id, double score) {}

    /**
     * The distance of each image to its k-th nearest other (Ramaswamy et al. 2000), of features
     * scaled to length 1.
     *
     * @param features one row an image, more than k
     * @param k at least 1; 10 is usual. Images that are odd in the same way hide each other up to
     *     groups of k
     * @return one distance a row, 0 to 2
     */
    public static double[] distances(FeatureSet features, int k) {
        IntRange.atLeastOne("k", k);
        double[][] distances =
                KnnProbe.builder()
                        .k(k + 1) // The image itself is the nearest, or one that equals it.
                        .allowSmallClasses(true)
                        .build()
                        .neighbours(features, features)
                        .distances();
        return Arrays.stream(distances).mapToDouble(row -> row[k]).toArray();
    }

    /**
     * The denoiser's own loss for each image, guided by its latent (the training loss, paper eq. 2,
     * without augmentation): what the model has not learned, it predicts badly. Times and noise are
     * the same for every image, so that images are comparable.
     *
     * @param soda a trained model
     * @param images at least one
     * @param draws noise levels, at least 1, spread evenly over all; 8 is usual
     * @return one mean squared error an image
     */
    public static double[] denoiserLoss(Soda soda, ImageDataset images, int draws) {
        IntRange.atLeastOne("draws", draws);
        DiffusionProcess process =
                new DiffusionProcess(soda.config().schedule(), soda.config().prediction());
        int steps = soda.config().schedule().steps();
        ImageBatches batches = ImageBatches.resized(images, soda);
        double[] losses = new double[batches.size()];
        for (int from = 0; from < losses.length; from += BATCH) {
            int to = Math.min(losses.length, from + BATCH);
            try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
                NDArray pixels = batches.range(manager, from, to);
                NDArray latents = soda.encode(pixels);
                NDArray clean = pixels.mul(2).sub(1);
                for (int draw = 0; draw < draws; draw++) {
                    long time = 1 + Math.round((draw + 0.5) / draws * (steps - 1));
                    try (NDManager scope = manager.newSubManager()) {
                        addLosses(soda, process, scope, clean, latents, time, draw, losses, from);
                    }
                }
            }
        }
        return Arrays.stream(losses).map(sum -> sum / draws).toArray();
    }

    /**
     * The same of image files.
     *
     * @param soda a trained model
     * @param files at least one
     * @param draws as above
     * @return one mean squared error a file
     * @throws IOException if one cannot be read or is no image; names it
     */
    public static double[] denoiserLoss(Soda soda, List<Path> files, int draws) throws IOException {
        int channels = soda.config().denoiser().imageShape().get(0);
        FileImages images = new FileImages(files, soda.config().preparation().decoder(channels));
        double[] losses = denoiserLoss(soda, images, draws);
        if (!images.problems().isEmpty()) {
            throw new IOException(images.problems().values().iterator().next());
        }
        return losses;
    }

    private static void addLosses(
            Soda soda,
            DiffusionProcess process,
            NDManager scope,
            NDArray clean,
            NDArray latents,
            long time,
            int draw,
            double[] losses,
            int from) {
        Shape shape = clean.getShape();
        int n = Math.toIntExact(shape.get(0));
        float[] one = new float[Math.toIntExact(shape.size() / n)];
        Random random = new Random(draw);
        for (int i = 0; i < one.length; i++) {
            one[i] = (float) random.nextGaussian();
        }
        long[] times = new long[n];
        Arrays.fill(times, time);
        NDArray x0 = clean.duplicate();
        x0.attach(scope);
        NDArray noise =
                scope.create(one, new Shape(1, shape.get(1), shape.get(2), shape.get(3)))
                        .repeat(0, n);
        NDArray noisy = process.perturb(x0, noise, times);
        NDArray target = process.target(x0, noise, times);
        noisy.attach(scope);
        target.attach(scope);
        NDArray error = soda.denoise(noisy, scope.create(times), latents).sub(target);
        float[] each = error.square().reshape(n, -1).mean(new int[] {1}).toFloatArray();
        for (int i = 0; i < n; i++) {
            losses[from + i] += each[i];
        }
    }

    /**
     * Puts the oddest first.
     *
     * @param ids the images
     * @param scores one an image, larger is odder
     * @return all images; of equal scores in the order of ids
     * @throws IllegalArgumentException if the numbers differ
     */
    public static List<Odd> ranked(List<String> ids, double[] scores) {
        if (ids.size() != scores.length) {
            throw new IllegalArgumentException(
                    "scores: expected %d, one an id, found %d"
                            .formatted(ids.size(), scores.length));
        }
        return IntStream.range(0, scores.length)
                .mapToObj(i -> new Odd(ids.get(i), scores[i]))
                .sorted(Comparator.comparingDouble(Odd::score).reversed().thenComparing(Odd::id))
                .toList();
    }
}
