package org.soda4j.examples.training;

import java.util.ArrayList;
import java.util.List;
import org.soda4j.SodaConfig;
import org.soda4j.benchmark.FlopCount;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.training.RunConfig;
import org.soda4j.training.TrainingConfig;
import org.soda4j.training.TrainingLength;

/**
 * What a training on somebody's own images is given when nothing is said about it.
 *
 * @param preset the preset it starts from
 * @param overrides what is different from the preset
 * @param reasons a line for each choice but the length, which {@link #length} tells
 */
public record OwnImagesPlan(String preset, List<String> overrides, List<String> reasons) {

    private static final int LOOKED_AT = 200;

    /** Between 32 and 64 pixels; larger images lose no more at 64 than they would at 32. */
    private static final int SMALL = 48;

    /** An hour or two on two cores, which reach some 40 GFLOP/s on so small a model. */
    private static final double CPU_OPERATIONS = 2e14;

    public static OwnImagesPlan choose(ImageDataset images, boolean gpu) {
        List<Integer> sides = TrainingImages.shorterSides(images, LOOKED_AT);
        int median = sides.get(sides.size() / 2);
        boolean small = median < SMALL;
        String preset = small ? "cifar10" : "tiny-imagenet";
        List<String> overrides = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        reasons.add(
                "resolution %d: the shorter side of your %d images is %d pixels in the median"
                        .formatted(small ? 32 : 64, images.size(), median));
        reasons.add(
                "preset %s: the published model of that resolution (%s ResNet stem)"
                        .formatted(preset, small ? "3 x 3" : "standard"));
        int wanted = gpu ? (small ? 128 : 64) : 32;
        int batch = Math.min(wanted, Integer.highestOneBit(Math.toIntExact(images.size())));
        if (batch < 2) {
            throw new IllegalArgumentException(
                    "images: expected at least 2, for batch norm, found " + images.size());
        }
        overrides.add("training.batchSize=" + batch);
        reasons.add(
                "batch of %d: %s"
                        .formatted(
                                batch,
                                batch < wanted
                                        ? "no more than there are images"
                                        : gpu ? "as published" : "a CPU gains nothing by more"));
        long perEpoch = images.size() / batch;
        long epochs = 800;
        if (!gpu) {
            overrides.addAll(
                    List.of(
                            "model.denoiser.channels=32",
                            "model.encoder.widthMultiplier=0.25",
                            "training.learningRate=1.0e-3",
                            "training.emaDecay=0.999"));
            SodaConfig model = RunConfig.preset(preset, overrides.toArray(String[]::new)).model();
            double wantedImages = CPU_OPERATIONS / FlopCount.of(model).train();
            epochs = Math.max(1, Math.round(wantedImages / (perEpoch * batch)));
            reasons.add("a small model with a higher learning rate, because there is no GPU");
        }
        long steps = epochs * perEpoch;
        overrides.add("training.length={unit: EPOCHS, count: %d}".formatted(epochs));
        overrides.add(
                "training.warmup={unit: STEPS, count: %d}".formatted(Math.max(1, steps / 40)));
        overrides.add("training.emaRamp=TENTHS");
        overrides.add("training.sampleEveryEpochs=" + Math.max(1, epochs / 10));
        overrides.add("training.samples=10");
        overrides.add("training.sampleSteps=" + (gpu ? 100 : 20));
        overrides.add("training.checkpointEveryEpochs=" + Math.max(1, epochs / 20));
        overrides.add("training.checkpointEveryMinutes=10");
        return new OwnImagesPlan(preset, overrides, reasons);
    }

    /** How long a training on so many images is, in words; empty if they do not fill a batch. */
    public static String length(TrainingConfig training, long images) {
        long perEpoch = images / training.batchSize();
        if (perEpoch < 1) {
            return "";
        }
        long steps = training.length().steps(perEpoch, training.batchSize());
        return training.length().unit() == TrainingLength.Unit.EPOCHS
                ? "%s of %s, %s in all"
                        .formatted(
                                count(training.length().count(), "epoch"),
                                count(perEpoch, "step"),
                                count(steps, "step"))
                : count(steps, "step");
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** The configuration, after what a user sets. */
    public RunConfig config(List<String> set) {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(set);
        return RunConfig.preset(preset, all.toArray(String[]::new));
    }
}
