package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.soda4j.Soda;
import org.soda4j.TrainingDraw;
import org.soda4j.distributed.Collective;
import org.soda4j.distributed.MpiCollective;
import org.soda4j.encoder.NormLayer;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.io.Safetensors;

/** One rank of {@link RanksTrainingTest}. */
final class RanksProgram {

    static final int STEPS = 8;
    static final int BATCH = 4;

    /** 3 steps of 2 ranks an epoch. */
    static final int IMAGES = 3 * 2 * BATCH;

    private RanksProgram() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        try (MpiCollective ranks = MpiCollective.open(Duration.ofSeconds(60));
                NDManager manager = NDManager.newBaseManager()) {
            switch (args[0]) {
                case "whole" -> {
                    jointBatches(ranks, manager, folder.resolve("joint-" + ranks.rank()));
                    train(ranks, manager, folder.resolve("whole"), 0);
                }
                case "killed" -> train(ranks, manager, folder.resolve("killed"), 5);
                case "again" -> train(ranks, manager, folder.resolve("killed"), 0);
                case "drift" -> drift(ranks, manager);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    /** Trains without batch norm on given draws; writes all parameters. */
    static void jointBatches(Collective ranks, NDManager manager, Path file) throws IOException {
        try (Soda soda = groupNormModel(ranks.rank())) {
            // Steps that follow the gradients: Adam's usual ones magnify round-off in parameters
            // that have next to none. One process alone has the rate of two.
            TinyTraining.trainer(soda, TinyTraining.data(manager, 5 * 2 * BATCH))
                    .collective(ranks)
                    .checkRanksEverySteps(1)
                    .batchSize(2 * BATCH / ranks.size())
                    .learningRate(0.03 / ranks.size())
                    .epsilon(1)
                    .clipNorm(1e9)
                    .warmup(null)
                    .emaDecay(0)
                    .steps(5)
                    .draws(jointDraws(ranks))
                    .build()
                    .fit();
            Safetensors.write(file, soda.parameters());
        }
    }

    /** Another seed on each rank: what they train is what rank 0 gives them. */
    static Soda groupNormModel(int rank) {
        return TinyTraining.model(0)
                .encoder(
                        ResNetEncoder.builder()
                                .widthMultiplier(0.5) // 8 channels a group, of 1 pixel at the end
                                .smallImages(true)
                                .norm(NormLayer.GROUP_NORM)
                                .build())
                .seed(3 + rank)
                .build();
    }

    /** A rank's part of what one process draws for the whole batch. */
    private static TrainingDraws jointDraws(Collective ranks) {
        return (step, config, target) -> {
            int size = 2 * BATCH / ranks.size();
            Random random = new Random(step);
            float[] noise = new float[2 * BATCH * 3 * TinyTraining.SIZE * TinyTraining.SIZE];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = (float) random.nextGaussian();
            }
            long[] times = random.longs(2 * BATCH, 1, 1001).toArray();
            boolean[][] keep = config.masking().draw(2 * BATCH, config.latent().sections(), random);
            int from = ranks.rank() * size;
            Shape whole = new Shape(2 * BATCH, 3, TinyTraining.SIZE, TinyTraining.SIZE);
            NDArray part =
                    target.getManager()
                            .create(noise, whole)
                            .get("%d:%d".formatted(from, from + size))
                            .duplicate();
            return new TrainingDraw(
                    Arrays.copyOfRange(times, from, from + size),
                    part,
                    Arrays.copyOfRange(keep, from, from + size));
        };
    }

    /** Everything as in a real training: batch norm, dropout, random draws, a shuffled order. */
    static TrainingSummary train(Collective ranks, NDManager manager, Path run, long killStep) {
        TrainingDraws random = TrainingDraws.random(StepSeed.ofRank(11, ranks.rank()));
        try (Soda soda = TinyTraining.model(0.2).build()) {
            return TinyTraining.trainer(soda, TinyTraining.data(manager, IMAGES))
                    .collective(ranks)
                    .batchSize(BATCH)
                    .steps(STEPS)
                    .folder(run)
                    .stopOnShutdown(true)
                    .checkRanksEverySteps(2)
                    .evaluateEveryEpochs(1)
                    .evaluation("rank", model -> Map.of("number", (double) ranks.rank()))
                    .draws(
                            (step, config, target) -> {
                                if (step == killStep && ranks.rank() == ranks.size() - 1) {
                                    kill();
                                }
                                return random.draw(step, config, target);
                            })
                    .build()
                    .fit();
        }
    }

    /** SIGKILL, as the system does it when memory runs out. */
    private static void kill() {
        try {
            new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start().waitFor();
            Thread.sleep(60_000);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A bit that is wrong on one rank. */
    private static void drift(Collective ranks, NDManager manager) {
        try (Soda soda = TinyTraining.model(0).build()) {
            TrainingDraws random = TrainingDraws.random(1);
            TinyTraining.trainer(soda, TinyTraining.data(manager, IMAGES))
                    .collective(ranks)
                    .steps(4)
                    .checkRanksEverySteps(1)
                    .draws(
                            (step, config, target) -> {
                                if (step == 2 && ranks.rank() == 1) {
                                    NDArray bias = soda.parameters().get("encoder.fc.bias");
                                    bias.toByteBuffer(true).put(0, (byte) 0x55);
                                }
                                return random.draw(step, config, target);
                            })
                    .build()
                    .fit();
        }
    }
}
