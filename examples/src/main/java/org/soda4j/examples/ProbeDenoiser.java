package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.dataset.DatasetSplit;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.feature.DenoiserFeatures;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.DenoiserFeatureProbe;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.PartProgress;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.training.ModelOptions;
import org.soda4j.examples.training.ProbeImages;
import org.soda4j.examples.training.TrainingImages;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds which of the denoiser's features are worth most, and compares them with the encoder's. */
@Command(
        name = "probe-denoiser",
        sortOptions = false,
        description = {
            "k-NN and linear probe of the denoiser's blocks over noise steps, on a fifth of the"
                    + " training images that is kept out, beside chance, raw pixels and the same blocks"
                    + " of the untrained model.",
            "The best choice then stands beside the encoder's features on test images, and both"
                    + " beside those of the untrained model."
        })
final class ProbeDenoiser extends Program {

    private static final int HELD_OUT = 5;
    private static final String CHANCE = "chance";
    private static final String RAW_PIXELS = "raw pixels";
    private static final String UNTRAINED = "untrained ";
    private static final KnnProbe NEIGHBOURS = KnnProbe.builder().allowSmallClasses(true).build();

    @Parameters(paramLabel = "RUN", description = "Folder of a run that train started.")
    private Path run;

    @Option(
            names = "--root",
            paramLabel = "FOLDER",
            description = "Where the run's data set is now. Default: where it was.")
    private Path root;

    @Option(
            names = "--probe-images",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Training images of the probes at most, and a fifth as many that choose.")
    private int probeImages;

    @Option(
            names = "--noise-steps",
            split = ",",
            paramLabel = "T",
            description =
                    "Noise steps that are tried, 1 to the schedule's. Default: 2, 5, 10, 20 and 40 %%"
                            + " of these.")
    private int[] noiseSteps;

    @Option(
            names = "--without-latent",
            description = "The denoiser gets no latent. Default: each image's own.")
    private boolean withoutLatent;

    @Option(
            names = "--subsets",
            defaultValue = "3",
            description = "Draws of training images that the last probes learn from; 0 for none.")
    private int subsets;

    @Mixin private ModelOptions model;

    @Mixin private JsonOption json;

    /**
     * What --json prints.
     *
     * @param noiseSteps that were tried
     * @param blocks by name, or by what stands for several, an accuracy for each step
     * @param untrained the same of the model before any training
     * @param baselines chance and raw pixels on the images of blocks
     * @param best what the linear probe is best on
     * @param comparison by features, those of the baselines too, an accuracy for each draw of
     *     training images; empty without
     */
    private record Answer(
            int[] noiseSteps,
            Map<String, List<Accuracy>> blocks,
            Map<String, List<Accuracy>> untrained,
            Map<String, Accuracy> baselines,
            String best,
            Map<String, List<Accuracy>> comparison) {}

    private int[] steps;
    private Map<String, List<Accuracy>> swept;
    private Map<String, List<Accuracy>> sweptUntrained;
    private final Map<String, Accuracy> baselines = new LinkedHashMap<>();

    /** Accuracies of both probes, 0 to 1. */
    private record Accuracy(double knn, double linear) {

        static Accuracy of(ProbeComparison.Row row) {
            return new Accuracy(row.knn(), row.linear());
        }

        static Accuracy ofPixels(FeatureSet train, FeatureSet test) {
            return of(ProbeComparison.row(RAW_PIXELS, NEIGHBOURS, train, test));
        }

        static Accuracy of(FeatureSet train, FeatureSet test) {
            FeatureStatistics statistics =
                    FeatureStatistics.of(train.sharedValues(), train.width());
            FeatureSet scaled = train.standardized(statistics);
            FeatureSet scaledTest = test.standardized(statistics);
            return new Accuracy(
                    NEIGHBOURS.evaluate(scaled, scaledTest).accuracy(),
                    LinearProbe.onStandardizedFeatures().evaluate(train, test).accuracy());
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f / %.1f", 100 * knn, 100 * linear);
        }
    }

    @Override
    public Integer call() throws IOException {
        requireAtLeast(100, "--probe-images", probeImages);
        requireAtLeast(0, "--subsets", subsets);
        TrainingImages stored = TrainingImages.ofRun(run);
        TrainingImages images = root == null ? stored : new TrainingImages(stored.kind(), root);
        try (Soda soda = model.load(run);
                Soda untrained = ProbeComparison.untrained(soda);
                PartProgress progress = new PartProgress()) {
            ProbeImages probe = ProbeImages.of(images, soda.config(), null);
            if (!probe.haveProbes()) {
                throw new IOException("no probes: " + probe.whyNoProbes());
            }
            DatasetSplit split = probe.train().split(1 - 1.0 / HELD_OUT, 0);
            ProbeImages choosing =
                    new ProbeImages(split.train(), split.test(), "").part(probeImages);
            json.print(
                    "k-NN / linear probe in percent, %d images to learn from, %d other training images:"
                            .formatted(choosing.train().size(), choosing.test().size()));
            DenoiserFeatures best = sweep(soda, untrained, choosing, progress);
            json.print("best in the linear probe: " + best);
            Map<String, List<Accuracy>> compared =
                    subsets > 0 ? compare(soda, untrained, probe, best, progress) : Map.of();
            json.answer(
                    new Answer(steps, swept, sweptUntrained, baselines, best.toString(), compared));
        }
        return 0;
    }

    private DenoiserFeatures sweep(
            Soda soda, Soda untrained, ProbeImages images, PartProgress progress) {
        DenoiserFeatures any = DenoiserFeatures.of(soda).withLatent(!withoutLatent);
        steps = noiseSteps == null ? defaultSteps(soda) : noiseSteps;
        for (int step : steps) {
            any.withStep(step).checkedFor(soda); // Now, not after minutes.
        }
        FeatureExtractor pixels = FeatureExtractor.of(soda).output(Output.PIXELS);
        FeatureSet train = pixels.extract(images.train());
        FeatureSet test = pixels.extract(images.test());
        baselines.put(CHANCE, Accuracy.of(ProbeComparison.chance(train, test)));
        baselines.put(RAW_PIXELS, Accuracy.ofPixels(train, test));
        baselines.forEach((name, found) -> json.print(String.format("%-10s  %11s", name, found)));
        swept = accuracies(soda, images, progress, "noise steps");
        json.print(table(swept));
        sweptUntrained = accuracies(untrained, images, progress, "noise steps, untrained");
        json.print("the same of the untrained model:");
        json.print(table(sweptUntrained));
        DenoiserFeatures best = any;
        double most = -1;
        for (int s = 0; s < steps.length; s++) {
            for (Map.Entry<String, List<Accuracy>> of : swept.entrySet()) {
                if (of.getValue().get(s).linear() > most) {
                    most = of.getValue().get(s).linear();
                    List<String> blocks =
                            together(soda).getOrDefault(of.getKey(), List.of(of.getKey()));
                    best = any.withStep(steps[s]).withBlocks(blocks.toArray(String[]::new));
                }
            }
        }
        return best;
    }

    /** What stands for several blocks. */
    private static Map<String, List<String>> together(Soda soda) {
        Map<String, List<String>> together = new LinkedHashMap<>();
        together.put("up path", DenoiserFeatures.of(soda).blocks());
        together.put("all blocks", soda.activationNames());
        return together;
    }

    /** By block, one for each step. */
    private Map<String, List<Accuracy>> accuracies(
            Soda soda, ProbeImages images, PartProgress progress, String part) {
        DenoiserFeatureProbe probe =
                DenoiserFeatureProbe.builder(soda).keepLatent(!withoutLatent).build();
        Map<String, List<Accuracy>> table = new LinkedHashMap<>();
        progress.at(part, 0, steps.length);
        for (int s = 0; s < steps.length; s++) {
            Map<String, FeatureSet> train = probe.extract(images.train(), steps[s]);
            Map<String, FeatureSet> test = probe.extract(images.test(), steps[s]);
            together(soda)
                    .forEach(
                            (name, blocks) -> {
                                train.put(name, joined(train, blocks));
                                test.put(name, joined(test, blocks));
                            });
            for (String block : train.keySet()) {
                table.computeIfAbsent(block, name -> new ArrayList<>())
                        .add(Accuracy.of(train.get(block), test.get(block)));
            }
            progress.at(part, s + 1, steps.length);
        }
        return table;
    }

    private String table(Map<String, List<Accuracy>> table) {
        StringBuilder text = new StringBuilder(String.format("%-10s", "block"));
        Arrays.stream(steps).forEach(t -> text.append(String.format("  %11s", "t = " + t)));
        table.forEach(
                (block, cells) -> {
                    text.append(String.format("%n%-10s", block));
                    cells.forEach(cell -> text.append(String.format("  %11s", cell)));
                });
        return text.toString();
    }

    private static int[] defaultSteps(Soda soda) {
        int last = soda.config().schedule().steps();
        return IntStream.of(20, 50, 100, 200, 400)
                .map(permille -> Math.max(1, permille * last / 1000))
                .distinct()
                .toArray();
    }

    /** The columns of some blocks, one after the other. */
    private static FeatureSet joined(Map<String, FeatureSet> sets, List<String> blocks) {
        List<FeatureSet> parts = blocks.stream().map(sets::get).toList();
        FeatureSet first = parts.get(0);
        int width = parts.stream().mapToInt(FeatureSet::width).sum();
        float[] all = new float[first.size() * width];
        int at = 0;
        for (FeatureSet part : parts) {
            for (int i = 0; i < part.size(); i++) {
                System.arraycopy(part.row(i), 0, all, i * width + at, part.width());
            }
            at += part.width();
        }
        return FeatureSet.of(all, width).withLabels(first.labels(), first.classNames());
    }

    private Map<String, List<Accuracy>> compare(
            Soda soda,
            Soda untrained,
            ProbeImages probe,
            DenoiserFeatures best,
            PartProgress progress) {
        Map<String, Soda> models = new LinkedHashMap<>();
        models.put(UNTRAINED, untrained);
        models.put("", soda);
        ImageDataset test = probe.test();
        Map<String, FeatureSet> testSets = new LinkedHashMap<>();
        models.forEach(
                (of, some) ->
                        testSets.put(
                                of, encode(some, best, test, progress, "test images" + of(of))));
        FeatureExtractor pixels = FeatureExtractor.of(soda).output(Output.PIXELS);
        FeatureSet testPixels = pixels.extract(test);
        int width = testSets.get("").width();
        int encoder =
                FeatureExtractor.of(soda).output(Output.JOINED).extract(test.select(0)).width();
        Map<String, int[]> kinds = new LinkedHashMap<>();
        kinds.put("latent", new int[] {0, soda.config().latent().size()});
        kinds.put("latent and stages", new int[] {0, encoder});
        kinds.put("denoiser", new int[] {encoder, width});
        kinds.put("all joined", new int[] {0, width});
        Map<String, List<Accuracy>> found = new LinkedHashMap<>();
        int classes = probe.train().classNames().size();
        int perClass = Math.max(1, Math.min(smallestClass(probe.train()), probeImages / classes));
        for (int s = 0; s < subsets; s++) {
            ImageDataset train = probe.train().subset(perClass, s);
            FeatureSet trainPixels = pixels.extract(train);
            add(found, CHANCE, Accuracy.of(ProbeComparison.chance(trainPixels, testPixels)));
            add(found, RAW_PIXELS, Accuracy.ofPixels(trainPixels, testPixels));
            models.forEach(
                    (of, some) -> {
                        FeatureSet trainSet =
                                encode(some, best, train, progress, "training images" + of(of));
                        FeatureSet testSet = testSets.get(of);
                        kinds.forEach(
                                (name, columns) ->
                                        add(
                                                found,
                                                of + name,
                                                Accuracy.of(
                                                        trainSet.columns(columns[0], columns[1]),
                                                        testSet.columns(columns[0], columns[1]))));
                    });
        }
        json.print(
                "k-NN / linear probe in percent, %d test images, means and each of %d draws of %d training images:"
                        .formatted(test.size(), subsets, perClass * classes));
        found.forEach(
                (name, each) -> {
                    Accuracy mean =
                            new Accuracy(
                                    each.stream().mapToDouble(Accuracy::knn).average().orElse(0),
                                    each.stream()
                                            .mapToDouble(Accuracy::linear)
                                            .average()
                                            .orElse(0));
                    json.print(String.format("%-27s %11s  %s", name, mean, each));
                });
        return found;
    }

    private static String of(String model) {
        return model.isEmpty() ? "" : ", " + model.strip();
    }

    private static FeatureSet encode(
            Soda soda,
            DenoiserFeatures best,
            ImageDataset images,
            PartProgress progress,
            String what) {
        return FeatureExtractor.of(soda)
                .output(Output.JOINED_DENOISER)
                .denoiser(best)
                .progress(progress.part("encode " + what, images.size()))
                .extract(images);
    }

    private static void add(Map<String, List<Accuracy>> found, String features, Accuracy accuracy) {
        found.computeIfAbsent(features, kind -> new ArrayList<>()).add(accuracy);
    }

    private static int smallestClass(ImageDataset images) {
        int[] counts = new int[images.classNames().size()];
        for (int i = 0; i < images.size(); i++) {
            counts[images.label(i)]++;
        }
        return Arrays.stream(counts).min().orElse(0);
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new ProbeDenoiser(), args));
    }
}
