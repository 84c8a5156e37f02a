package org.soda4j.eval.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeComparison.Row;

/**
 * The latent beside chance, raw pixels and the latent of the untrained model, all on the same
 * images and taken as they are: on all that are probed, or on as many as raw pixels can be probed
 * with in seconds.
 *
 * @param comparison the latent is its last row
 * @param training how many images the probes learned from
 * @param test how many they were tested on
 */
record LatentComparison(ProbeComparison comparison, int training, int test) {

    /** Numbers of raw pixels that are probed in seconds, 3,906 images of 16 x 16 in grey. */
    private static final long NUMBERS = 1_000_000;

    private static final int PER_CLASS = 20;
    private static final int TEST_SHARE = 5;

    /** Of labelled latents of the images. */
    static LatentComparison of(
            Soda soda,
            ImageDataset train,
            ImageDataset test,
            FeatureSet trainLatents,
            FeatureSet testLatents) {
        long pixels = 1;
        for (int size : soda.config().denoiser().imageShape()) {
            pixels *= size;
        }
        int classes = trainLatents.classCount();
        int most = (int) Math.max((long) PER_CLASS * classes, NUMBERS / pixels);
        int[] learned = share(trainLatents, most);
        int[] tested = share(testLatents, Math.max(classes, most / TEST_SHARE));
        ImageDataset trainImages = train.select(learned);
        ImageDataset testImages = test.select(tested);
        FeatureExtractor extractor = FeatureExtractor.of(soda).output(Output.PIXELS);
        FeatureSet trainPixels = extractor.extract(trainImages);
        FeatureSet testPixels = extractor.extract(testImages);
        List<Row> rows = new ArrayList<>();
        rows.add(ProbeComparison.chance(trainPixels, testPixels));
        rows.add(row("raw pixels", trainPixels, testPixels));
        try (Soda untrained = ProbeComparison.untrained(soda)) {
            FeatureExtractor latents = FeatureExtractor.of(untrained).output(Output.LATENT);
            rows.add(
                    row(
                            "untrained latent",
                            latents.extract(trainImages),
                            latents.extract(testImages)));
        }
        rows.add(row("latent", trainLatents.rows(learned), testLatents.rows(tested)));
        return new LatentComparison(new ProbeComparison(rows), learned.length, tested.length);
    }

    /** Classes of the part may have few images. */
    private static Row row(String name, FeatureSet train, FeatureSet test) {
        KnnProbe neighbours = KnnProbe.builder().allowSmallClasses(true).build();
        return ProbeComparison.row(name, neighbours, train, test);
    }

    /** All rows, or about so many: of every class its share, at least one, evenly over it. */
    static int[] share(FeatureSet set, int most) {
        int size = set.size();
        if (size <= most) {
            return IntStream.range(0, size).toArray();
        }
        int[] labels = set.labels();
        IntStream chosen = IntStream.empty();
        for (int c = 0; c < set.classCount(); c++) {
            int label = c;
            int[] of = IntStream.range(0, size).filter(i -> labels[i] == label).toArray();
            int count = (int) Math.min(of.length, Math.max(1, (long) most * of.length / size));
            chosen =
                    IntStream.concat(
                            chosen,
                            IntStream.range(0, count)
                                    .map(i -> of[(int) ((long) i * of.length / count)]));
        }
        int[] rows = chosen.toArray();
        Arrays.sort(rows);
        return rows;
    }

    TableSection section() {
        return new TableSection(
                "The latent compared with pixels and an untrained latent",
                ProbeComparison.HEADERS,
                comparison.rows().stream().map(Row::cells).toList(),
                "On %s training and %s test images. %s"
                        .formatted(
                                Digits.count(training), Digits.count(test), comparison.sentence()));
    }
}
