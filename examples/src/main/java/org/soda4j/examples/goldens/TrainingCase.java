package org.soda4j.examples.goldens;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.soda4j.Soda;
import org.soda4j.TrainingDraw;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.training.EmaRamp;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import org.soda4j.training.run.RunFolder;

/** A few steps of training from computed weights on computed data, through the public trainer. */
final class TrainingCase {

    /** About three times what two builds of PyTorch differ by. */
    private static final double FORWARD = 3e-5;

    private static final double LOSS = 1.2e-3;
    private static final double RELATIVE_L2 = 3e-3;

    /** Below this a gradient is round-off, which Adam blows up to a full step. */
    private static final double SMALLEST_GRADIENT = 1e-5;

    private final GoldenFile golden;
    private final JsonNode config;
    private final int batch;
    private final int steps;
    private final Shape images;

    TrainingCase(GoldenFile golden) {
        this.golden = golden;
        config = golden.config();
        batch = config.path("batch").asInt();
        steps = config.path("steps").asInt();
        int size = config.path("resolution").asInt();
        images = new Shape(batch, 3, size, size);
    }

    List<Check> run() throws IOException {
        Path run = Files.createTempDirectory("golden-training");
        try (Soda soda = model()) {
            golden.setWeights(soda, "");
            List<Check> checks = new ArrayList<>(firstStep(soda));
            double[] losses = new double[steps];
            double[] norms = new double[steps];
            trainer(soda, run, losses, norms).fit();
            checks.add(
                    golden.check("losses", golden.array("losses").toDoubleArray(), losses, LOSS));
            checks.add(relative("gradient_norms", norms));
            checks.addAll(digests(run));
            return checks;
        } finally {
            try (Stream<Path> files = Files.walk(run)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
    }

    private Soda model() {
        JsonNode decoder = config.path("decoder");
        UNetDenoiser denoiser =
                ModelCases.denoiser(decoder, config.path("time_divisor").asDouble(1000));
        return Soda.builder()
                .encoder(ModelCases.encoder(config))
                .denoiser(denoiser)
                .modulation(ModelCases.modulation(config))
                .schedule(ModelCases.schedule(config))
                .normalization(ModelCases.noNormalization())
                .device(golden.device())
                .build();
    }

    private List<Check> firstStep(Soda soda) throws IOException {
        NDArray target = golden.array("target");
        NDArray found =
                golden.manager().create(GoldenFile.uniform(name("target", 0), size()), images);
        NDArray noise = normal(golden.manager(), "noise", 0);
        long[] times = times(0);
        DiffusionProcess process = new DiffusionProcess(soda.config().schedule());
        NDArray noisy = process.perturb(target.mul(2).sub(1), noise, times);
        return List.of(
                golden.check("target", found, 0),
                golden.check("source", normal(golden.manager(), "source", 0), FORWARD),
                golden.check("x_t", noisy, FORWARD));
    }

    private SodaTrainer trainer(Soda soda, Path run, double[] losses, double[] norms)
            throws IOException {
        float[] source = new float[steps * size()];
        float[] target = new float[steps * size()];
        for (int step = 0; step < steps; step++) {
            float[] views = GoldenFile.normal(name("source", step), size());
            System.arraycopy(views, 0, source, step * size(), size());
            views = GoldenFile.uniform(name("target", step), size());
            System.arraycopy(views, 0, target, step * size(), size());
        }
        Shape all = new Shape((long) steps * batch, 3, images.get(2), images.get(3));
        ArrayDataset data =
                new ArrayDataset.Builder()
                        .setData(
                                golden.manager().create(source, all),
                                golden.manager().create(target, all))
                        .setSampling(batch, false)
                        .build();
        float[] drop = golden.array("drop").toFloatArray();
        return SodaTrainer.builder(soda)
                .stopOnShutdown(true)
                .data(data)
                .folder(run)
                .steps(steps)
                .batchSize(batch)
                .shuffle(false)
                .warmup(null)
                .learningRate(config.path("lr").asDouble())
                .encoderRateRatio(config.path("encoder_lr_ratio").asDouble())
                .weightDecay(config.path("weight_decay").asDouble())
                .beta1(config.path("adam_betas").path(0).asDouble())
                .beta2(config.path("adam_betas").path(1).asDouble())
                .epsilon(config.path("eps").asDouble())
                .clipNorm(config.path("clip_norm").asDouble())
                .emaDecay(config.path("ema").asDouble())
                .emaRamp(EmaRamp.NONE)
                .draws((step, model, like) -> draw(step, model.latent().sections(), drop, like))
                .listener(
                        new RunListener() {
                            @Override
                            public void step(RunEvent.Step step) {
                                losses[(int) step.step() - 1] = step.loss();
                                norms[(int) step.step() - 1] = step.gradientNorm();
                            }
                        })
                .build();
    }

    private TrainingDraw draw(long step, int sections, float[] drop, NDArray like) {
        boolean[][] keep = new boolean[batch][sections];
        for (int i = 0; i < batch; i++) {
            Arrays.fill(keep[i], drop[i] == 0);
        }
        int index = (int) step - 1;
        return new TrainingDraw(times(index), normal(like.getManager(), "noise", index), keep);
    }

    private long[] times(int step) {
        float[] u = GoldenFile.uniform(name("t", step), batch);
        long[] times = new long[batch];
        for (int i = 0; i < batch; i++) {
            times[i] = (long) Math.floor(1 + (double) config.path("timesteps").asInt() * u[i]);
        }
        return times;
    }

    private Check relative(String key, double[] found) throws IOException {
        double[] expected = golden.array(key).toDoubleArray();
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            worst = Math.max(worst, Math.abs(found[i] / expected[i] - 1));
        }
        return new Check(golden.name(), key + " (relative)", worst, RELATIVE_L2);
    }

    private List<Check> digests(Path run) throws IOException {
        try (NDManager scope = golden.manager().newSubManager()) {
            var checkpoint =
                    CheckpointStore.readOnly(RunFolder.checkpoints(run))
                            .newestValid()
                            .orElseThrow();
            return List.of(
                    digest("parameter_digest", checkpoint.load("model", scope)),
                    digest("ema_digest", checkpoint.load("ema", scope)));
        }
    }

    /** The worst relative difference of the L2 norms (column 1) of all parameters. */
    private Check digest(String key, Map<String, NDArray> found) throws IOException {
        double[] expected = golden.array(key).toDoubleArray();
        JsonNode names = golden.metadata("digest_names");
        JsonNode gradients = golden.metadata("first_step_gradient_norms");
        double worst = 0;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).asText();
            if (gradients.path(name).asDouble(1) < SMALLEST_GRADIENT) {
                continue;
            }
            NDArray array = found.get(name).toType(DataType.FLOAT64, false);
            double error = Math.abs(array.norm().getDouble() / expected[4 * i + 1] - 1);
            worst = Math.max(worst, error);
        }
        return new Check(golden.name(), key + " (relative L2)", worst, RELATIVE_L2);
    }

    private int size() {
        return Math.toIntExact(images.size());
    }

    private String name(String what, int step) {
        return golden.name() + "." + what + "." + step;
    }

    private NDArray normal(NDManager manager, String what, int step) {
        return manager.create(GoldenFile.normal(name(what, step), size()), images);
    }
}
