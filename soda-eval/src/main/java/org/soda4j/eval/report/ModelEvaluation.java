package org.soda4j.eval.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.Neighbours;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeResult;
import org.soda4j.eval.quality.ImageQualityProtocol;
import org.soda4j.eval.quality.ReconstructionQuality;
import org.soda4j.eval.quality.Ssim;
import org.soda4j.image.PixelImage;

/**
 * Everything that is usually asked of a trained model, in one call and one report: k-NN and linear
 * probe, reconstruction quality, pictures, confusions, nearest neighbours and maps of the features.
 *
 * <pre>{@code
 * ModelEvaluation.Result found = ModelEvaluation.builder(soda, train, test).run(folder).build().evaluate();
 * found.report().save(folder.resolve("report.html"));
 * }</pre>
 */
public final class ModelEvaluation {

    private static final String QUALITY = "Reconstruction quality";
    private static final String EDITS = "Edits";
    private static final String MAP = "Map of the features";
    private static final String NEIGHBOURS_MAP = "Map of neighbours";
    private static final int LEAST_NEIGHBOURS_MAP = 7;
    private static final int NEIGHBOURS = 8;
    private static final int QUERIES = 10;

    private final Soda soda;
    private final ImageDataset train;
    private final ImageDataset test;
    private final Path run;
    private final RunHistory history;
    private final Map<String, String> facts;
    private final Optional<ProbeComparison> comparison;
    private final String title;
    private final int qualityImages;
    private final SamplingOptions options;
    private final boolean wantsProbes;
    private final ModelProbes probing;
    private final List<ReportSection> more;
    private final EvaluationProgress progress;

    ModelEvaluation(ModelEvaluationBuilder builder) {
        soda = builder.soda;
        train = builder.train;
        test = builder.test;
        run = builder.run;
        history = builder.history;
        facts = builder.facts;
        comparison = builder.comparison;
        title = builder.title;
        qualityImages = builder.qualityImages;
        options = builder.options;
        wantsProbes = builder.probes;
        more = List.copyOf(builder.more);
        progress = builder.progress;
        probing =
                new ModelProbes(
                        soda,
                        train,
                        test,
                        builder.crops,
                        builder.fineTune,
                        builder.published,
                        this::part);
    }

    /**
     * What was found.
     *
     * @param probes k-NN and linear probe, and where asked for the published linear probe and
     *     fine-tuning, both from the untrained encoder too; empty without labels
     * @param latent the latent beside chance, raw pixels and the untrained latent, on the same
     *     images or a part of them; empty without probes
     * @param reconstruction how well test images are drawn again; empty where that is left out
     * @param rank how many of its directions the latent uses, over the training images; empty of
     *     fewer than three
     * @param report all of it and pictures, and what is left out and why
     */
    public record Result(
            List<ProbeResult> probes,
            Optional<ProbeComparison> latent,
            Optional<ReconstructionQuality> reconstruction,
            Optional<LatentRank> rank,
            Report report) {}

    /**
     * Starts with 200 images for the quality and 10 sampling steps.
     *
     * @param soda the model; stays open
     * @param train images to learn from and to find neighbours in, at least 1; for probes 20 of
     *     each class
     * @param test images to test on, at least 1; with the same classes, or both without
     * @return a builder
     */
    public static ModelEvaluationBuilder builder(Soda soda, ImageDataset train, ImageDataset test) {
        return new ModelEvaluationBuilder(soda, train, test);
    }

    /**
     * Tells what these images and this model are too few or too small for. The report says so, too.
     *
     * @return a line each, the part and the reason; empty if nothing is left out
     */
    public List<String> leftOut() {
        return whyLeftOut().entrySet().stream()
                .map(part -> part.getKey() + ": " + part.getValue())
                .toList();
    }

    /** Part to reason. */
    private Map<String, String> whyLeftOut() {
        Map<String, String> reasons = new LinkedHashMap<>();
        List<Integer> shape = soda.config().denoiser().imageShape();
        if (test.size() < 2) {
            reasons.put(QUALITY, "expected at least 2 test images, found " + test.size());
        } else if (Math.min(shape.get(1), shape.get(2)) < Ssim.WINDOW) {
            reasons.put(
                    QUALITY,
                    "expected images of at least %d x %d, the window of SSIM, found %d x %d"
                            .formatted(Ssim.WINDOW, Ssim.WINDOW, shape.get(1), shape.get(2)));
        }
        if (test.size() < 2) {
            reasons.put(EDITS, "expected at least 2 test images, found " + test.size());
            reasons.put(MAP, "expected at least 2 test images, found " + test.size());
        }
        if (test.size() < LEAST_NEIGHBOURS_MAP) {
            reasons.put(
                    NEIGHBOURS_MAP,
                    "expected at least %d test images, found %d"
                            .formatted(LEAST_NEIGHBOURS_MAP, test.size()));
        }
        return reasons;
    }

    /**
     * Measures and draws.
     *
     * @return figures and report
     * @throws IOException if the run's folder cannot be read
     * @throws IllegalArgumentException if the data do not fit the probes, such as fewer than 20
     *     training images of a class
     */
    public Result evaluate() throws IOException {
        Encoded trainSet = encode("encode training images", train);
        Encoded testSet = encode("encode test images", test);
        List<ProbeResult> probes = probes(trainSet.latents(), testSet.latents());
        Optional<LatentComparison> latent =
                probes.isEmpty()
                        ? Optional.empty()
                        : probing.compared(trainSet.latents(), testSet.latents());
        Map<String, String> leftOut = whyLeftOut();
        Optional<ReconstructionQuality> quality =
                leftOut.containsKey(QUALITY) ? Optional.empty() : Optional.of(reconstruction());
        Optional<LatentRank> rank = LatentRank.of(trainSet.latents(), "training images");
        RunHistory trained = run == null ? history : RunHistory.read(run);
        Report.Builder report =
                Report.builder()
                        .title(title)
                        .verdict(
                                verdict(probes, latent, quality)
                                        + rank.map(sentence -> " " + sentence).orElse(""))
                        .facts(facts(trained))
                        .provenance(provenance(trainSet.latents()));
        comparison.map(TableSection::ofComparison).ifPresent(report::add);
        if (!probes.isEmpty()) {
            report.add(probing.table(probes));
        }
        latent.map(LatentComparison::section).ifPresent(report::add);
        RunSections.of(trained).forEach(report::add);
        quality.map(TableSection::ofReconstruction).ifPresent(report::add);
        more.forEach(report::add);
        ModelPictures pictures =
                new ModelPictures(
                        soda, test, options, part("draw pictures", ModelPictures.DRAWINGS));
        report.add(
                new PictureSection(
                        "Reconstructions",
                        pictures.reconstructions().withoutLabels(),
                        "Above: test images. Below: what the denoiser draws from nothing but their latents of %d numbers."
                                .formatted(soda.config().latent().size())));
        report.add(
                new PictureSection(
                        "Interpolations",
                        pictures.interpolations(),
                        "Each row: a straight line between the latents of two test images, drawn from one starting noise."));
        if (!leftOut.containsKey(EDITS)) {
            report.add(edits(pictures, testSet.latents()));
        }
        for (ProbeResult probe : compared(probes, trainSet.features(), testSet.features())) {
            report.add(
                    new ConfusionSection("Confusion matrix: " + probe.probe(), probe.confusion()));
        }
        report.add(neighbours(trainSet.features(), testSet.features()));
        if (!leftOut.containsKey(MAP)) {
            report.add(new FeatureMapSection(MAP, testSet.features()));
        }
        if (!leftOut.containsKey(NEIGHBOURS_MAP)) {
            report.add(
                    new FeatureMapSection(
                            NEIGHBOURS_MAP, testSet.features(), FeatureMapSection.Projection.TSNE));
        }
        if (!leftOut.isEmpty()) {
            report.add(
                    new TableSection(
                            "Left out",
                            List.of("part", "reason"),
                            leftOut.entrySet().stream()
                                    .map(part -> List.of(part.getKey(), part.getValue()))
                                    .toList(),
                            ""));
        }
        if (run != null) {
            report.add(RunSections.configuration(run));
        }
        return new Result(
                probes, latent.map(LatentComparison::comparison), quality, rank, report.build());
    }

    private PictureSection edits(ModelPictures pictures, FeatureSet testSet) {
        String sections =
                Arrays.stream(ModelPictures.sections(soda.config().latent()))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(", "));
        return new PictureSection(
                EDITS,
                pictures.edits(testSet),
                "One image, drawn from its latent in the middle column. Each row: one section of the latent (%s) moved along its first principal direction, by -3 to 3 standard deviations of the test images."
                        .formatted(sections));
    }

    private ReconstructionQuality reconstruction() {
        return ImageQualityProtocol.builder(soda)
                .images(qualityImages)
                .options(options)
                .progress(part("reconstruct", Math.min(qualityImages, test.size())))
                .build()
                .reconstruction(test);
    }

    /**
     * Images, encoded once.
     *
     * @param latents what is drawn from, and what the published probes classify
     * @param features what images are compared by, the default of {@link FeatureExtractor#of}
     */
    private record Encoded(FeatureSet latents, FeatureSet features) {}

    private Encoded encode(String part, ImageDataset images) {
        FeatureExtractor best = FeatureExtractor.of(soda).progress(part(part, images.size()));
        if (best.output() == Output.LATENT) {
            FeatureSet latents = best.extract(images);
            return new Encoded(latents, latents);
        }
        FeatureSet joined = best.standardized(false).extract(images);
        return new Encoded(
                joined.columns(0, soda.config().latent().size()),
                joined.standardized(soda.featureStatistics().orElseThrow()));
    }

    /** The probes whose confusions are shown: k-NN by the features that the pictures compare by. */
    private List<ProbeResult> compared(
            List<ProbeResult> probes, FeatureSet trainSet, FeatureSet testSet) {
        if (probes.isEmpty() || soda.featureStatistics().isEmpty()) {
            return probes;
        }
        List<ProbeResult> shown = new ArrayList<>(probes);
        ProbeResult nearest = KnnProbe.builder().build().evaluate(trainSet, testSet);
        shown.set(
                0,
                new ProbeResult(
                        nearest.probe() + " on standardised features",
                        nearest.settings(),
                        nearest.predictions(),
                        nearest.confusion()));
        return shown;
    }

    /** Tells that a part begins; what it returns takes how much of it is done. */
    private IntConsumer part(String name, long total) {
        progress.at(name, 0, total);
        return done -> progress.at(name, done, total);
    }

    private List<ProbeResult> probes(FeatureSet trainSet, FeatureSet testSet) {
        return wantsProbes && trainSet.hasLabels() && testSet.hasLabels()
                ? probing.run(trainSet, testSet)
                : List.of();
    }

    private PictureSection neighbours(FeatureSet trainSet, FeatureSet testSet) {
        int queries = Math.min(QUERIES, testSet.size());
        int[] rows = new int[queries];
        for (int i = 0; i < queries; i++) {
            rows[i] = (int) ((long) i * testSet.size() / queries);
        }
        Neighbours found =
                KnnProbe.builder()
                        .k(Math.min(NEIGHBOURS, trainSet.size()))
                        .build()
                        .neighbours(trainSet, testSet.rows(rows));
        return PictureSection.ofNeighbours(
                "Nearest neighbours",
                found,
                row -> ofModel(test, rows[row]),
                row -> ofModel(train, row),
                IntStream.range(0, queries).toArray());
    }

    /** An image as the encoder sees it, so that all have one size. */
    private PixelImage ofModel(ImageDataset images, int row) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        return ViewPipeline.builder(shape.get(1))
                .channels(shape.get(0))
                .build()
                .preview(images.image(row), new ViewRandom(0, 0, 0, 0));
    }

    private String verdict(
            List<ProbeResult> probes,
            Optional<LatentComparison> latent,
            Optional<ReconstructionQuality> quality) {
        return comparison
                .or(() -> latent.map(LatentComparison::comparison))
                .map(Verdict::of)
                .orElseGet(
                        () ->
                                probes.isEmpty()
                                        ? quality.map(Verdict::of).orElse("")
                                        : Verdict.of(probes));
    }

    private Map<String, String> facts(RunHistory trained) throws IOException {
        Map<String, String> found = new LinkedHashMap<>();
        String images =
                "%s training and %s test images"
                        .formatted(Digits.count(train.size()), Digits.count(test.size()));
        found.put(RunFacts.DATA, images); // Unless the caller or the run says more.
        found.putAll(run == null ? RunFacts.of(trained) : RunFacts.of(run, trained));
        found.put(RunFacts.MODEL, RunFacts.model(soda));
        found.putIfAbsent(RunFacts.DEVICE, soda.device().toString().replaceAll("[()]", ""));
        found.putIfAbsent(RunFacts.DATE, RunFacts.date(Instant.now()));
        found.putAll(facts);
        return found;
    }

    private Map<String, String> provenance(FeatureSet trainSet) throws IOException {
        Map<String, String> provenance = new LinkedHashMap<>();
        if (run != null) {
            provenance.putAll(RunSections.provenance(run));
        }
        provenance.put("training images of the probes", Long.toString(train.size()));
        provenance.put("test images", Long.toString(test.size()));
        provenance.put("hash of the training images", trainSet.provenance().get("data"));
        provenance.put("parameters", probing.parameters());
        return provenance;
    }
}
