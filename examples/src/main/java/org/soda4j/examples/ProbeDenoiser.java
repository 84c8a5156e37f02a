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
                    + " training images that is kept out.",
            "The best choice then stands beside the encoder's features on test images."
        })
final class ProbeDenoiser extends Program {

    private static final int HELD_OUT = 5;

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
     * @param best what the linear probe is best on
     * @param comparison by features, an accuracy for each draw of training images; empty without
     */
    private record Answer(
            int[] noiseSteps,
            Map<String, List<Accuracy>> blocks,
            String best,
            Map<String, List<Accuracy>> comparison) {}

    private int[] steps;
    private Map<String, List<Accuracy>> swept;

    /** Accuracies of both probes, 0 to 1. */
    private record Accuracy(double knn, double linear) {

        static Accuracy of(FeatureSet train, FeatureSet test) {
            FeatureStatistics statistics =
                    FeatureStatistics.of(train.sharedValues(), train.width());
            FeatureSet scaled = train.standardized(statistics);
            FeatureSet scaledTest = test.standardized(statistics);
            return new Accuracy(
                    KnnProbe.builder()
                            .allowSmallClasses(true)
                            .build()
                            .evaluate(scaled, scaledTest)
                            .accuracy(),
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
            DenoiserFeatures best = sweep(soda, choosing, progress);
            json.print("best in the linear probe: " + best);
            Map<String, List<Accuracy>> compared =
                    subsets > 0 ? compare(soda, probe, best, progress) : Map.of();
            json.answer(new Answer(steps, swept, best.toString(), compared));
        }
        return 0;
    }

    private DenoiserFeatures sweep(Soda soda, ProbeImages images, PartProgress progress) {
        DenoiserFeatures any = DenoiserFeatures.of(soda).withLatent(!withoutLatent);
        steps = noiseSteps == null ? defaultSteps(soda) : noiseSteps;
        for (int step : steps) {
            any.withStep(step).checkedFor(soda); // Now, not after minutes.
        }
        DenoiserFeatureProbe probe =
                DenoiserFeatureProbe.builder(soda).keepLatent(!withoutLatent).build();
        Map<String, List<String>> together = new LinkedHashMap<>();
        together.put("up path", any.blocks());
        together.put("all blocks", soda.activationNames());
        Map<String, List<Accuracy>> table = new LinkedHashMap<>();
        DenoiserFeatures best = any;
        double most = -1;
        progress.at("noise steps", 0, steps.length);
        for (int s = 0; s < steps.length; s++) {
            Map<String, FeatureSet> train = probe.extract(images.train(), steps[s]);
            Map<String, FeatureSet> test = probe.extract(images.test(), steps[s]);
            for (Map.Entry<String, List<String>> blocks : together.entrySet()) {
                train.put(blocks.getKey(), joined(train, blocks.getValue()));
                test.put(blocks.getKey(), joined(test, blocks.getValue()));
            }
            for (String block : train.keySet()) {
                Accuracy found = Accuracy.of(train.get(block), test.get(block));
                table.computeIfAbsent(block, name -> new ArrayList<>()).add(found);
                if (found.linear() > most) {
                    most = found.linear();
                    List<String> blocks = together.getOrDefault(block, List.of(block));
                    best = any.withStep(steps[s]).withBlocks(blocks.toArray(String[]::new));
                }
            }
            progress.at("noise steps", s + 1, steps.length);
        }
        StringBuilder text = new StringBuilder(String.format("%-10s", "block"));
        Arrays.stream(steps).forEach(t -> text.append(String.format("  %11s", "t = " + t)));
        table.forEach(
                (block, cells) -> {
                    text.append(String.format("%n%-10s", block));
                    cells.forEach(cell -> text.append(String.format("  %11s", cell)));
                });
        json.print(text.toString());
        swept = table;
        return best;
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
            Soda soda, ProbeImages probe, DenoiserFeatures best, PartProgress progress) {
        FeatureExtractor extractor =
                FeatureExtractor.of(soda).output(Output.JOINED_DENOISER).denoiser(best);
        ImageDataset test = probe.test();
        FeatureSet testSet =
                extractor.progress(progress.part("encode test images", test.size())).extract(test);
        int latent = soda.config().latent().size();
        int width = testSet.width();
        int encoder =
                FeatureExtractor.of(soda).output(Output.JOINED).extract(test.select(0)).width();
        Map<String, int[]> kinds = new LinkedHashMap<>();
        kinds.put("latent", new int[] {0, latent});
        kinds.put("latent and stages", new int[] {0, encoder});
        kinds.put("denoiser", new int[] {encoder, width});
        kinds.put("all joined", new int[] {0, width});
        Map<String, List<Accuracy>> found = new LinkedHashMap<>();
        int classes = probe.train().classNames().size();
        int perClass = Math.max(1, Math.min(smallestClass(probe.train()), probeImages / classes));
        for (int s = 0; s < subsets; s++) {
            ImageDataset train = probe.train().subset(perClass, s);
            FeatureSet trainSet =
                    extractor
                            .progress(progress.part("encode training images", train.size()))
                            .extract(train);
            kinds.forEach(
                    (name, columns) ->
                            found.computeIfAbsent(name, kind -> new ArrayList<>())
                                    .add(
                                            Accuracy.of(
                                                    trainSet.columns(columns[0], columns[1]),
                                                    testSet.columns(columns[0], columns[1]))));
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
                    json.print(String.format("%-18s %11s  %s", name, mean, each));
                });
        return found;
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
