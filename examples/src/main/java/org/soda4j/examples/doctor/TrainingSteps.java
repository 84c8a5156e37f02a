package org.soda4j.examples.doctor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.TrainingDraw;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.training.EmaRamp;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/**
 * Three training steps of a small model on a device and on the CPU, with the same weights, images,
 * times and noise.
 *
 * @param device what is tried
 * @param number precision of both trainings
 */
record TrainingSteps(Device device, Precision number) implements CheckCase {

    private static final int STEPS = 3;
    private static final int BATCH = 8;
    private static final int CHANNELS = 3;
    private static final int SIZE = 16;
    private static final int SEED = 7;
    private static final double LEARNING_RATE = 1e-3;

    /** Such a gradient is round-off, which Adam blows up to a full step. */
    private static final double SMALLEST_NORM = 1e-3;

    /** What is compared, by name. */
    record Result(Map<String, Double> figures) {}

    @Override
    public String family() {
        return "training";
    }

    @Override
    public String shape() {
        return "3 steps of the quickstart's model";
    }

    @Override
    public Outcome run() {
        return compare(train(device, number, SEED), train(Device.cpu(), number, SEED), number);
    }

    /**
     * Relative, of losses, gradient norms and parameters' norms. In float32 three times what two
     * builds of PyTorch differ by after three steps; in low precision each of some fifty layers
     * rounds to 8 or 11 bits.
     */
    static double bound(Precision precision) {
        return switch (precision) {
            case FP32 -> 3e-3;
            case BF16 -> 5e-2;
            case FP16 -> 1e-2;
        };
    }

    /** The greatest relative difference, and of what. */
    static Outcome compare(Result found, Result expected, Precision precision) {
        double worst = 0;
        String where = "";
        for (Map.Entry<String, Double> entry : expected.figures().entrySet()) {
            double wanted = entry.getValue();
            Double value = found.figures().get(entry.getKey());
            double error =
                    value == null
                            ? Double.NaN
                            : Math.abs(value - wanted) / Math.max(Math.abs(wanted), SMALLEST_NORM);
            if (!(error <= worst)) {
                worst = error;
                where = entry.getKey();
            }
            if (Double.isNaN(error)) {
                break;
            }
        }
        return new Outcome(worst, bound(precision), "", where);
    }

    /** Trains from the weights of a seed. */
    static Result train(Device device, Precision precision, long seed) {
        Map<String, Double> figures = new LinkedHashMap<>();
        try (Soda soda = model(device, seed);
                NDManager manager = PyTorchEngine.require().newBaseManager(device);
                NDManager cpu = PyTorchEngine.require().newBaseManager(Device.cpu())) {
            PyTorchEngine.require().setRandomSeed(SEED);
            Shape all = new Shape((long) STEPS * BATCH, CHANNELS, SIZE, SIZE);
            NDArray source = cpu.randomUniform(-1, 1, all).toDevice(device, true);
            NDArray target = cpu.randomUniform(0, 1, all).toDevice(device, true);
            source.attach(manager);
            target.attach(manager);
            List<NDArray> noises = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                noises.add(cpu.randomNormal(new Shape(BATCH, CHANNELS, all.get(2), all.get(3))));
            }
            SodaTrainer.builder(soda)
                    .data(
                            new ArrayDataset.Builder()
                                    .setData(source, target)
                                    .setSampling(BATCH, false)
                                    .build())
                    .batchSize(BATCH)
                    .steps(STEPS)
                    .shuffle(false)
                    .warmup(null)
                    .learningRate(LEARNING_RATE)
                    .precision(precision)
                    .emaDecay(0.5)
                    .emaRamp(EmaRamp.NONE)
                    .draws((step, config, like) -> draw(step, config, noises, like))
                    .listener(
                            new RunListener() {
                                @Override
                                public void step(RunEvent.Step step) {
                                    figures.put("loss of step " + step.step(), step.loss());
                                    figures.put(
                                            "gradient norm of step " + step.step(),
                                            step.gradientNorm());
                                }
                            })
                    .build()
                    .fit();
            soda.parameters()
                    .forEach(
                            (name, value) ->
                                    figures.put(
                                            "norm of " + name, (double) value.norm().getFloat()));
        }
        return new Result(figures);
    }

    private static Soda model(Device device, long seed) {
        return Soda.builder()
                .config(RunConfig.preset("minutes-16").model())
                .seed(seed)
                .device(device)
                .build();
    }

    private static TrainingDraw draw(
            long step, SodaConfig config, List<NDArray> noises, NDArray like) {
        long[] times =
                new SplittableRandom(step)
                        .longs(BATCH, 1, config.schedule().steps() + 1L)
                        .toArray();
        boolean[][] keep = new boolean[BATCH][config.latent().sections()];
        for (boolean[] sections : keep) {
            Arrays.fill(sections, true);
        }
        NDArray noise = noises.get(Math.toIntExact(step - 1)).toDevice(like.getDevice(), true);
        noise.attach(like.getManager());
        return new TrainingDraw(times, noise, keep);
    }
}
