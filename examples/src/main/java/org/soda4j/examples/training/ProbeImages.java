package org.soda4j.examples.training;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.probe.ProbeComparison;

/**
 * The images that probes learn from and are tested on: the official splits; of a folder of images
 * every fifth is for testing.
 *
 * @param train to learn from
 * @param test to test on
 * @param whyNoProbes why there can be no probes; empty if there can
 */
public record ProbeImages(ImageDataset train, ImageDataset test, String whyNoProbes) {

    private static final int HELD_OUT = 5;
    private static final int SHOWN = 200;
    private static final int NEIGHBOURS = 20;
    private static final int COMPARED_IMAGES = 10_000;
    private static final long COMPARED_NUMBERS = 12_500_000;

    /**
     * Opens the images.
     *
     * @param model prepares them
     * @param most training images at most, and a fifth as many test images; null for all
     */
    public static ProbeImages of(TrainingImages images, SodaConfig model, Integer most) {
        ImageDataset train = images.open(model.preparation());
        ImageDataset test;
        if (images.kind().equals(TrainingImages.IMAGES)) {
            ImageDataset all = train;
            int size = Math.toIntExact(all.size());
            train = all.select(held(size, false));
            test = all.select(held(size, true));
        } else {
            test = images.openTest(model.preparation());
        }
        if (most != null) {
            train = part(train, most, 0);
            test = part(test, Math.max(2, most / HELD_OUT), 0);
        }
        return new ProbeImages(train, test, whyNoProbes(train));
    }

    /** The images for the probes of a training, and for its report. */
    static ProbeImages ofTraining(TrainingImages images, SodaConfig model) {
        if (images.probeImages() == null || images.probeImages() > 0) {
            return of(images, model, images.probeImages());
        }
        ProbeImages shown = of(images, model, SHOWN);
        return new ProbeImages(shown.train(), shown.test(), "--probe-images 0");
    }

    /**
     * As many as raw pixels can be probed with in a minute or so, at most some thousands; of many
     * classes more, as k-NN wants some of each.
     */
    public ProbeImages forComparison(SodaConfig model) {
        long pixels = 1;
        for (int size : model.denoiser().imageShape()) {
            pixels *= size;
        }
        long most = Math.max(100, Math.min(COMPARED_IMAGES, COMPARED_NUMBERS / pixels));
        return part((int) Math.max(most, (long) NEIGHBOURS * train.classNames().size()));
    }

    /**
     * What a model's features are worth, on as many of the images as {@link #forComparison}: the
     * latent and the means of the encoder's stages, or the latent alone where it has no stages.
     */
    public ProbeComparison compare(Soda soda) {
        return compare(soda, Optional.empty());
    }

    /** The same, with what raw pixels are worth where these images were probed on the way. */
    ProbeComparison compare(Soda soda, Optional<ProbeComparison.Row> pixels) {
        ProbeImages some = forComparison(soda.config());
        boolean stages =
                soda.config().views() == null
                        && soda.config().encoder() instanceof ResNetEncoderConfig;
        Output output = stages ? Output.JOINED : Output.LATENT;
        return pixels.map(row -> ProbeComparison.of(soda, some.train(), some.test(), output, row))
                .orElseGet(() -> ProbeComparison.of(soda, some.train(), some.test(), output));
    }

    /**
     * For probes while a training works: as many as for the comparison, so that a curve of them and
     * of raw pixels costs little, unless somebody said how many.
     */
    ProbeImages onTheWay(TrainingImages images, SodaConfig model) {
        return images.probeImages() == null ? forComparison(model) : this;
    }

    /** At most so many training images, and a fifth as many test images, of every class as many. */
    public ProbeImages part(int most) {
        return new ProbeImages(
                part(train, most, NEIGHBOURS),
                part(test, Math.max(2, most / HELD_OUT), 1),
                whyNoProbes);
    }

    public boolean haveProbes() {
        return whyNoProbes.isEmpty();
    }

    private static int[] held(int size, boolean out) {
        return IntStream.range(0, size).filter(i -> (i % HELD_OUT == 0) == out).toArray();
    }

    /**
     * As many of every class, if they have so many; else by their shares, but at least so many of a
     * class that has them; of images without classes the first.
     */
    private static ImageDataset part(ImageDataset images, int most, int least) {
        if (images.size() <= most) {
            return images;
        }
        int classes = images.classNames().size();
        if (classes == 0) {
            return images.select(IntStream.range(0, most).toArray());
        }
        int perClass = Math.max(1, most / classes);
        int[] counts = counts(images);
        return Arrays.stream(counts).allMatch(count -> count >= perClass)
                ? images.subset(perClass, 0)
                : images.select(spread(images, counts, most, least));
    }

    /**
     * Evenly over all, so that classes keep their shares: files come class by class. Of a class
     * that would have too few, the first ones are added.
     */
    private static int[] spread(ImageDataset images, int[] counts, int most, int least) {
        long size = images.size();
        BitSet taken = new BitSet();
        int[] missing = Arrays.stream(counts).map(count -> Math.min(count, least)).toArray();
        for (int i = 0; i < most; i++) {
            int at = (int) (i * size / most);
            taken.set(at);
            missing[images.label(at)]--;
        }
        for (int i = 0; i < size; i++) {
            if (!taken.get(i) && missing[images.label(i)] > 0) {
                taken.set(i);
                missing[images.label(i)]--;
            }
        }
        return taken.stream().toArray();
    }

    private static int[] counts(ImageDataset images) {
        int[] counts = new int[images.classNames().size()];
        for (int i = 0; i < images.size(); i++) {
            counts[images.label(i)]++;
        }
        return counts;
    }

    private static String whyNoProbes(ImageDataset train) {
        if (train.classNames().size() < 2) {
            return "fewer than two classes";
        }
        int[] counts = counts(train);
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] < NEIGHBOURS) {
                return "k-NN wants %d training images of each class, found %d of '%s'"
                        .formatted(NEIGHBOURS, counts[label], train.classNames().get(label));
            }
        }
        return "";
    }
}
