package org.soda4j.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LatentLayout;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.listener.RunControl;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import org.soda4j.training.run.RunFolder;

/** Models and data with which a training step takes milliseconds. */
final class TinyTraining {

    static final int SIZE = 8;

    private TinyTraining() {}

    /** A model of 8 x 8 images in which everything that a training touches is there. */
    static SodaBuilder model(double dropout) {
        return Soda.builder()
                .device(Device.cpu())
                .encoder(ResNetEncoder.builder().widthMultiplier(0.125).smallImages(true).build())
                .latent(LatentLayout.of(8))
                .denoiser(
                        UNetDenoiser.builder()
                                .imageShape(3, SIZE, SIZE)
                                .channels(32)
                                .multipliers(1, 1)
                                .attention()
                                .blocks(1)
                                .dropout(dropout)
                                .build())
                .schedule(NoiseSchedule.linear(1000))
                .seed(3);
    }

    /** Uniform pixels in [0, 1). */
    static float[] pixels(int images, long seed) {
        float[] pixels = new float[images * 3 * SIZE * SIZE];
        Random random = new Random(seed);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        return pixels;
    }

    static NDArray images(NDManager manager, float[] pixels) {
        return manager.create(pixels, new Shape(pixels.length / (3 * SIZE * SIZE), 3, SIZE, SIZE));
    }

    /** Random images; a data set's arrays live as long as the manager. */
    static ArrayDataset data(NDManager manager, int count) {
        return data(manager, pixels(count, 1), pixels(count, 2));
    }

    static ArrayDataset data(NDManager manager, float[] source, float[] target) {
        return new ArrayDataset.Builder()
                .setData(images(manager, source), images(manager, target))
                .setSampling(2, false)
                .build();
    }

    /** A training of batches of 4 that forgets and learns fast. */
    static SodaTrainer.Builder trainer(Soda soda, Dataset data) {
        return SodaTrainer.builder(soda)
                .data(data)
                .batchSize(4)
                .learningRate(1e-3)
                .warmup(new TrainingLength(TrainingLength.Unit.STEPS, 4))
                .rateSchedule(RateSchedule.CONSTANT)
                .emaDecay(0.8)
                .emaRamp(EmaRamp.NONE)
                .seed(11);
    }

    /** Ends the training after a step. */
    static RunListener stopAfter(long last) {
        return new RunListener() {
            private RunControl control;

            @Override
            public void begin(RunEvent.Begin begin, RunControl runControl) {
                control = runControl;
            }

            @Override
            public void step(RunEvent.Step step) {
                stopAt(step.step());
            }

            @Override
            public void skippedStep(RunEvent.SkippedStep step) {
                stopAt(step.step());
            }

            private void stopAt(long step) {
                if (step == last) {
                    control.stop("test");
                }
            }
        };
    }

    /** Keeps every step's figures. */
    static RunListener recording(List<RunEvent.Step> steps) {
        return new RunListener() {
            @Override
            public void step(RunEvent.Step step) {
                steps.add(step);
            }
        };
    }

    static List<Double> losses(SodaTrainer.Builder trainer) {
        List<RunEvent.Step> steps = new ArrayList<>();
        trainer.listener(recording(steps)).build().fit();
        return steps.stream().map(RunEvent.Step::loss).toList();
    }

    /** SHA-256 of every file of a checkpoint, but for the manifest with its time of creation. */
    static Map<String, String> files(Path checkpoint) {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(checkpoint)) {
            for (Path file : list.toList()) {
                if (!file.getFileName().toString().startsWith("manifest")) {
                    byte[] hash =
                            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                    files.put(file.getFileName().toString(), HexFormat.of().formatHex(hash));
                }
            }
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        return files;
    }

    static Checkpoint newest(Path run) {
        return CheckpointStore.readOnly(RunFolder.checkpoints(run)).newestValid().orElseThrow();
    }
}
