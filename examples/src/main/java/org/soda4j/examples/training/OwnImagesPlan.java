package org.soda4j.examples.training;

import java.util.ArrayList;
import java.util.List;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.image.PixelImage;
import org.soda4j.training.RunConfig;
import org.soda4j.training.TrainingConfig;
import org.soda4j.training.TrainingLength;

/**
 * What a training on somebody's own images is given when nothing is said about it: a recipe of
 * minutes or hours, at a resolution that the images have and the time allows.
 *
 * @param preset the preset it starts from
 * @param overrides what is different from the preset
 * @param reasons a line for each choice but the length, which {@link #length} tells
 */
public record OwnImagesPlan(String preset, List<String> overrides, List<String> reasons) {

    private static final int LOOKED_AT = 200;
    private static final int BATCH = 64;

    /**
     * At least so many images have to be seen at a resolution for it to be chosen, by the pace of a
     * slow machine. On held-out training images of CIFAR-10, 140,000 seen at 24 x 24 pixels gave
     * three and a half points more in the linear probe, one less by k-NN, than the 208,000 at 16 x
     * 16 which cost about the same (docs/results.md); fewer were not measured.
     */
    private static final long WORTH_SEEING = 80_000;

    private static final List<Integer> RESOLUTIONS = List.of(16, 24, 32, 64);

    /** What the recipe of the model in the box took, on one core. */
    private static final int HOURS = 120;

    /** Between probes on the way, which so take about a twentieth of the time. */
    private static final int MINUTES_A_PROBE = 3;

    private static final int MOST_PROBES = 8;

    /** Images a second at 16 x 16 pixels that two cores of a laptop surely make. */
    private static final int SLOW_RATE_AT_16 = 150;

    /**
     * Chooses.
     *
     * @param minutes that the whole command may take
     * @param wanted rows and columns of the model's images; null to choose them
     */
    public static OwnImagesPlan choose(ImageDataset images, int minutes, Integer wanted) {
        if (images.size() < 2) {
            throw new IllegalArgumentException(
                    "images: expected at least 2, for batch norm, found " + images.size());
        }
        List<Integer> sides = TrainingImages.shorterSides(images, LOOKED_AT);
        int median = sides.get(sides.size() / 2);
        if (wanted != null && (wanted % 8 != 0 || wanted < 16 || wanted > 128)) {
            throw new IllegalArgumentException(
                    "--resolution: expected a multiple of 8 from 16 to 128, found " + wanted);
        }
        boolean grey = isGrey(images);
        int resolution = wanted == null ? resolution(median, minutes) : wanted;
        int preset = resolution < 32 ? 16 : resolution < 64 ? 32 : 64;
        boolean hours = preset == 32 && minutes >= HOURS;
        List<String> overrides = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        String why =
                "resolution %d%s: the shorter side of your %d images is %d pixels in the median"
                        .formatted(
                                resolution,
                                wanted == null ? "" : " (--resolution)",
                                images.size(),
                                median);
        reasons.add(wanted == null ? why + ", and there are %d min".formatted(minutes) : why);
        if (resolution != preset) {
            overrides.add(
                    "model.denoiser.imageShape=[%d, %d, %d]"
                            .formatted(grey ? 1 : 3, resolution, resolution));
        }
        reasons.add(
                "%s, as your images are"
                        .formatted(grey ? "one channel, grey" : "three channels, colour"));
        int batch = Math.min(BATCH, Integer.highestOneBit(Math.toIntExact(images.size())));
        if (batch < BATCH) {
            overrides.add("training.batchSize=" + batch);
            reasons.add("batch of %d: no more than there are images".formatted(batch));
        }
        overrides.add("training.evaluateEveryEpochs=0");
        overrides.add("training.sampleEveryEpochs=0");
        String name = (hours ? "hours-" : "minutes-") + preset + (grey ? "-grey" : "");
        reasons.add(
                "preset %s%s: a %s whose features are worth something within %s%s; the latent has a section for every depth of the denoiser"
                        .formatted(
                                name,
                                resolution == preset
                                        ? ""
                                        : " at %1$d x %1$d pixels".formatted(resolution),
                                hours ? "large encoder" : "small model",
                                hours ? "hours" : "minutes",
                                !hours && minutes >= HOURS
                                        ? " (there is none for hours at this resolution)"
                                        : ""));
        return new OwnImagesPlan(name, overrides, reasons);
    }

    /** The largest at which enough images are seen, no larger than the images are. */
    private static int resolution(int median, int minutes) {
        int chosen = RESOLUTIONS.get(0);
        for (int next : RESOLUTIONS) {
            double rate = SLOW_RATE_AT_16 * (16.0 * 16.0) / (next * next);
            if (median >= next * 3 / 4 && rate * 60 * minutes >= WORTH_SEEING) {
                chosen = next;
            }
        }
        return chosen;
    }

    private static boolean isGrey(ImageDataset images) {
        int count = Math.toIntExact(Math.min(LOOKED_AT, images.size()));
        for (int i = 0; i < count; i++) {
            if (!isGrey(images.image((int) (i * images.size() / count)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isGrey(PixelImage image) {
        int channels = image.channels();
        byte[] pixels = image.pixels();
        for (int at = 0; channels > 1 && at < pixels.length; at += channels) {
            if (pixels[at] != pixels[at + 1] || pixels[at] != pixels[at + 2]) {
                return false;
            }
        }
        return true;
    }

    /** How long a training on so many images is, in words; empty if they do not fill a batch. */
    public static String length(TrainingConfig training, long images) {
        long perEpoch = training.stepsPerEpoch(images, 1);
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

    /**
     * After how many epochs to probe on the way, for a curve that says whether the training still
     * gains; 0 for not at all, in a training of less than three minutes.
     *
     * @param minutes that the whole command may take
     */
    public static int epochsBetweenProbes(TrainingConfig training, long images, int minutes) {
        int probes = Math.min(MOST_PROBES, minutes / MINUTES_A_PROBE);
        if (probes < 1) {
            return 0;
        }
        long perEpoch = training.stepsPerEpoch(images, 1);
        long steps = training.length().steps(perEpoch, training.batchSize());
        return Math.toIntExact(Math.max(1, Math.round((double) steps / perEpoch / (probes + 1))));
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
