package org.soda4j.eval.latent;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.CosineTracker;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.diffusion.DpmSolver;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.diffusion.NoiseSource;
import org.soda4j.diffusion.Prediction;
import org.soda4j.diffusion.Thresholding;
import org.soda4j.diffusion.TimestepSpacing;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.training.GradientRecording;

/**
 * A small diffusion model of latents (as in Diffusion Autoencoders, Preechakul et al. 2022, section
 * 4.3): where latents lie on a curved sheet, normal distributions do not fit and this does. Three
 * layers of 128 units that predict v, on standardised latents.
 *
 * <p>Sampling is safe from several threads; fitting is not ({@link GradientRecording}), and nobody
 * may sample while it is closed. {@link #close} frees the network.
 */
public final class DiffusionPrior implements LatentPrior, AutoCloseable {

    private static final int HIDDEN = 128;
    private static final int FREQUENCIES = 8;
    private static final int BATCH = 128;
    private static final float RATE = 2e-3f;

    private final DiffusionProcess process =
            new DiffusionProcess(NoiseSchedule.cosine(1000), Prediction.V);
    private final double[] mean;
    private final double[] deviation;
    private final Model model;
    private double finalLoss;

    private DiffusionPrior(double[] mean, double[] deviation) {
        this.mean = mean;
        this.deviation = deviation;
        model = Model.newInstance("latent-diffusion", "PyTorch");
    }

    /**
     * Trains.
     *
     * @param latents at least 2 rows
     * @param steps of 128 latents each, at least 1; a few thousand are enough for a few thousand
     *     latents
     * @param seed of everything random
     * @return the prior; the caller closes it
     * @throws IllegalArgumentException if there are too few latents or steps
     * @throws ArithmeticException if the loss is not finite
     * @throws IllegalStateException if something else trains in this process
     */
    public static DiffusionPrior fit(FeatureSet latents, int steps, long seed) {
        int n = latents.size();
        if (n < 2 || steps < 1) {
            throw new IllegalArgumentException(
                    "expected at least 2 latents and 1 step, found %d and %d".formatted(n, steps));
        }
        int d = latents.width();
        double[] mean = new double[d];
        double[] deviation = new double[d];
        for (int j = 0; j < d; j++) {
            for (int i = 0; i < n; i++) {
                mean[j] += latents.values().get(i * d + j) / (double) n;
            }
            for (int i = 0; i < n; i++) {
                double centred = latents.values().get(i * d + j) - mean[j];
                deviation[j] += centred * centred / n;
            }
            deviation[j] = Math.max(1e-6, Math.sqrt(deviation[j])); // An unused dimension stays.
        }
        DiffusionPrior prior = new DiffusionPrior(mean, deviation);
        try {
            prior.train(latents, steps, new SplittableRandom(seed));
            return prior;
        } catch (RuntimeException e) {
            prior.close();
            throw e;
        }
    }

    private void train(FeatureSet latents, int steps, SplittableRandom random) {
        try (GradientRecording gradients = GradientRecording.begin("the diffusion prior")) {
            train(latents, steps, random, gradients);
        }
    }

    private void train(
            FeatureSet latents, int steps, SplittableRandom random, GradientRecording gradients) {
        int d = mean.length;
        Linear last = Linear.builder().setUnits(d).build();
        Block block =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(HIDDEN).build())
                        .add(silu())
                        .add(Linear.builder().setUnits(HIDDEN).build())
                        .add(silu())
                        .add(Linear.builder().setUnits(HIDDEN).build())
                        .add(silu())
                        .add(last);
        block.setInitializer(initializer(random, 1), Parameter.Type.WEIGHT);
        last.setInitializer(initializer(random, 0.1), Parameter.Type.WEIGHT);
        model.setBlock(block);
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(Loss.l2Loss())
                        .optOptimizer(
                                Optimizer.adam()
                                        .optLearningRateTracker(
                                                CosineTracker.builder()
                                                        .setBaseValue(RATE)
                                                        .optFinalValue(RATE / 100)
                                                        .setMaxUpdates(steps)
                                                        .build())
                                        .build());
        try (Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(new Shape(BATCH, d + 2 * FREQUENCIES));
            for (int step = 0; step < steps; step++) {
                try (NDManager scope = model.getNDManager().newSubManager()) {
                    double loss = step(trainer, scope, latents, random, gradients);
                    if (!Double.isFinite(loss)) {
                        throw new ArithmeticException(
                                "diffusion prior, step %d: expected a finite loss, found %s; check the latents"
                                        .formatted(step + 1, loss));
                    }
                    // A batch's loss is noisy: the mean of the last tenth.
                    int tenth = Math.max(1, steps / 10);
                    finalLoss += step >= steps - tenth ? loss / tenth : 0;
                    trainer.step();
                    zeroGradients(block);
                }
            }
        }
    }

    private double step(
            Trainer trainer,
            NDManager scope,
            FeatureSet latents,
            SplittableRandom random,
            GradientRecording gradients) {
        int d = mean.length;
        float[] z = new float[BATCH * d];
        float[] noise = new float[BATCH * d];
        for (int i = 0; i < BATCH; i++) {
            float[] row = latents.row(random.nextInt(latents.size()));
            for (int j = 0; j < d; j++) {
                z[i * d + j] = (float) ((row[j] - mean[j]) / deviation[j]);
                noise[i * d + j] = (float) random.nextGaussian();
            }
        }
        long[] times = process.drawTimes(BATCH, random);
        NDArray clean = scope.create(z, new Shape(BATCH, d));
        NDArray eps = scope.create(noise, new Shape(BATCH, d));
        NDArray input =
                NDArrays.concat(
                        new NDList(process.perturb(clean, eps, times), features(scope, times)), 1);
        NDArray target = process.target(clean, eps, times);
        try (GradientCollector collector = gradients.newCollector()) {
            NDArray output = trainer.forward(new NDList(input)).singletonOrThrow();
            NDArray loss = output.sub(target).square().mean();
            collector.backward(loss);
            return loss.getFloat();
        }
    }

    /** DJL's swish multiplies by a number that it frees before backward has read it. */
    private static Block silu() {
        return new LambdaBlock(
                inputs -> {
                    NDArray x = inputs.singletonOrThrow();
                    return new NDList(x.mul(Activation.sigmoid(x)));
                },
                "SiLU");
    }

    /** The engine adds gradients up until they are zeroed. */
    private static void zeroGradients(Block block) {
        block.getParameters()
                .values()
                .forEach(
                        parameter -> {
                            try (NDArray gradient = parameter.getArray().getGradient()) {
                                gradient.muli(0);
                            }
                        });
    }

    /** Sines and cosines of t / T at thirds of octaves, {@code [N, 16]}. */
    private NDArray features(NDManager manager, long[] times) {
        float[] values = new float[times.length * 2 * FREQUENCIES];
        for (int i = 0; i < times.length; i++) {
            for (int f = 0; f < FREQUENCIES; f++) {
                double part = times[i] / (double) process.schedule().steps();
                double angle = 0.5 * Math.PI * Math.pow(2, f / 3.0) * part;
                values[i * 2 * FREQUENCIES + f] = (float) Math.sin(angle);
                values[i * 2 * FREQUENCIES + FREQUENCIES + f] = (float) Math.cos(angle);
            }
        }
        return manager.create(values, new Shape(times.length, 2 * FREQUENCIES));
    }

    /** Uniform with the variance of He et al. 2015; smaller, three layers hardly learn. */
    private static Initializer initializer(SplittableRandom random, double gain) {
        return (manager, shape, type) -> {
            double bound = gain * Math.sqrt(6.0 / shape.get(1));
            float[] values = new float[Math.toIntExact(shape.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            return manager.create(values, shape).toType(DataType.FLOAT32, false);
        };
    }

    @Override
    public NDArray sample(NDManager manager, int count, long seed) {
        int d = mean.length;
        Block block = model.getBlock();
        try (NDManager scope = model.getNDManager().newSubManager()) {
            ParameterStore store = new ParameterStore(scope, false);
            NDArray like = scope.zeros(new Shape(count, d, 1, 1));
            NDArray start = NoiseSource.seeded(seed).draw(0, like);
            NDArray drawn =
                    DpmSolver.builder()
                            .steps(20)
                            .spacing(TimestepSpacing.TRAILING)
                            .thresholding(Thresholding.NONE)
                            .build()
                            .sample(
                                    process,
                                    (x, t, keeps) -> {
                                        long[] times = new long[count];
                                        Arrays.fill(times, t);
                                        NDArray flat = x.reshape(count, d);
                                        NDArray at = features(x.getManager(), times);
                                        NDArray input = NDArrays.concat(new NDList(flat, at), 1);
                                        NDArray v =
                                                block.forward(store, new NDList(input), false)
                                                        .singletonOrThrow();
                                        return v.reshape(count, d, 1, 1);
                                    },
                                    start,
                                    Guidance.none());
            float[] values = drawn.toFloatArray();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (mean[i % d] + deviation[i % d] * values[i]);
            }
            return manager.create(values, new Shape(count, d));
        }
    }

    /**
     * The mean loss of the last tenth of training.
     *
     * @return mean squared error of v, of standardised latents; 1 is that of no knowledge
     */
    public double finalLoss() {
        return finalLoss;
    }

    /** Frees the network. */
    @Override
    public void close() {
        model.close();
    }
}
