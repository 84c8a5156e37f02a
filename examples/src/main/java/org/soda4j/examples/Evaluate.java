package org.soda4j.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.diffusion.Guidance;
import org.soda4j.eval.disentanglement.DisentanglementScores;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.quality.DistributionQuality;
import org.soda4j.eval.quality.ReconstructionQuality;
import org.soda4j.eval.report.LatentRank;
import org.soda4j.eval.report.ModelEvaluation;
import org.soda4j.eval.report.ModelEvaluationBuilder;
import org.soda4j.eval.report.PublishedAccuracy;
import org.soda4j.eval.report.TableSection;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.PartProgress;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.SamplerOptions;
import org.soda4j.examples.explore.FactorDisentanglement;
import org.soda4j.examples.training.ModelOptions;
import org.soda4j.examples.training.ProbeAnswer;
import org.soda4j.examples.training.ProbeImages;
import org.soda4j.examples.training.TrainingImages;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the model of a run and writes a report. */
@Command(
        name = "evaluate",
        sortOptions = false,
        description =
                "k-NN and linear probe, reconstruction quality, pictures and a report of a run that"
                        + " train started.")
final class Evaluate extends Program {

    private static final int LEAST_SHAPES = 100;

    @Parameters(paramLabel = "RUN", description = "Folder of a run that train started.")
    private Path run;

    @Option(
            names = {"--root", "--images"},
            paramLabel = "FOLDER",
            description =
                    "Where the official files, or your own images, of the run are now. Default:"
                            + " where they were.")
    private Path root;

    @Option(
            names = "--probe-images",
            paramLabel = "N",
            description =
                    "Training images of the probes at most, the same number of every class, and a"
                            + " fifth as many test images. Default: all.")
    private Integer probeImages;

    @Option(
            names = "--quality-images",
            paramLabel = "N",
            defaultValue = "200",
            description = "Test images that are drawn again.")
    private int qualityImages;

    @Option(names = "--guidance", defaultValue = "0.3", description = "Guidance weight.")
    private double guidance;

    @Option(
            names = "--crops",
            description =
                    "Also the published linear probe, which encodes crops for 15 epochs, and the same"
                            + " of the untrained encoder.")
    private boolean crops;

    @Option(
            names = "--fine-tune",
            description =
                    "Also a copy of the encoder that learns from the labels for 15 epochs, and one of"
                            + " the untrained encoder.")
    private boolean fineTune;

    @Option(
            names = "--shapes",
            paramLabel = "N",
            description =
                    "Also disentanglement (DCI, MIG, SAP, modularity), on N generated images whose"
                            + " factors are known. Default: not.")
    private Integer shapes;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The report. Default: report.html in the run's folder.")
    private Path out;

    @Mixin private SamplerOptions sampler;

    @Mixin private ModelOptions model;

    @Mixin private JsonOption json;

    /** By units, in the order in which they are shown. */
    private final Map<String, DisentanglementScores> scores = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException {
        if (shapes != null) {
            requireAtLeast(LEAST_SHAPES, "--shapes", shapes);
        }
        if (qualityImages < 2 || (probeImages != null && probeImages < 1)) {
            throw refusal(
                    "expected --quality-images of at least 2 and --probe-images of at least 1, found %d and %s"
                            .formatted(qualityImages, probeImages));
        }
        TrainingImages stored = TrainingImages.ofRun(run);
        TrainingImages images = root == null ? stored : new TrainingImages(stored.kind(), root);
        Path file = out == null ? run.resolve("report.html") : out;
        OutputCheck.file("--out", file);
        try (Soda soda = model.load(run);
                PartProgress progress = new PartProgress()) {
            ProbeImages probe = ProbeImages.of(images, soda.config(), probeImages);
            ModelEvaluationBuilder evaluation =
                    ModelEvaluation.builder(soda, probe.train(), probe.test())
                            .run(run)
                            .title("SODA on " + images.name())
                            .published(PublishedAccuracy.of(images.kind()))
                            .qualityImages(qualityImages)
                            .options(
                                    SamplingOptions.defaults()
                                            .withSampler(sampler.sampler(soda.config().schedule()))
                                            .withGuidance(Guidance.whole(guidance)))
                            .probes(probe.haveProbes())
                            .crops(crops)
                            .fineTune(fineTune)
                            .progress(progress);
            if (shapes != null) {
                evaluation.add(disentanglement(soda));
            }
            Optional<ProbeComparison> comparison =
                    probe.haveProbes() ? Optional.of(probe.compare(soda)) : Optional.empty();
            ModelEvaluation built = evaluation.comparison(comparison).build();
            ModelEvaluation.Result result = built.evaluate();
            built.leftOut().forEach(part -> json.text().println("left out: " + part));
            if (!probe.haveProbes()) {
                json.text().println("no probes: " + probe.whyNoProbes());
            }
            print(images.kind(), result);
            result.latent()
                    .ifPresent(
                            found -> {
                                json.text().println("the latent beside what it has to beat:");
                                json.text().print(found);
                            });
            comparison.ifPresent(
                    found -> {
                        json.text().println("features beside what they have to beat:");
                        json.text().print(found);
                        json.text().flush();
                    });
            result.rank().ifPresent(rank -> json.print(rank.toString()));
            result.report().save(file);
            json.text().println("report: " + file.toAbsolutePath().normalize());
            json.text().flush();
            json.answer(
                    new Answer(
                            result.probes().stream().map(p -> ProbeAnswer.of(p, Map.of())).toList(),
                            comparison.map(ProbeComparison::rows).orElse(List.of()),
                            result.rank().map(LatentRank::rank).orElse(null),
                            result.latent().map(ProbeComparison::rows).orElse(List.of()),
                            result.reconstruction().map(Evaluate::figures).orElse(Map.of()),
                            scores,
                            built.leftOut(),
                            file.toAbsolutePath().normalize().toString()));
        }
        return 0;
    }

    /**
     * What --json prints.
     *
     * @param comparison with what the probes have to beat; empty without labels
     * @param effectiveRank of the latents of the training images; null of fewer than three
     * @param latent the same of the latent, which the probes are of
     * @param reconstruction by name; a distance over too few images is left out
     * @param disentanglement by units; empty without --shapes
     * @param leftOut parts that were not made, and why
     * @param report its path
     */
    private record Answer(
            List<ProbeAnswer> probes,
            List<ProbeComparison.Row> comparison,
            Double effectiveRank,
            List<ProbeComparison.Row> latent,
            Map<String, Number> reconstruction,
            Map<String, DisentanglementScores> disentanglement,
            List<String> leftOut,
            String report) {}

    private static Map<String, Number> figures(ReconstructionQuality quality) {
        Map<String, Number> figures = new LinkedHashMap<>();
        DistributionQuality distribution = quality.distribution();
        figures.put("images", quality.images());
        figures.put("psnr", quality.psnr());
        figures.put("ssim", quality.ssim());
        figures.putAll(quality.metrics());
        if (quality.images() >= distribution.leastForFrechet()) {
            figures.put("frechetDistance", distribution.frechetDistance());
        }
        if (quality.images() >= DistributionQuality.LEAST_IMAGES) {
            figures.put("kernelDistance", distribution.kernelDistance());
            distribution
                    .precisionRecall()
                    .ifPresent(
                            p -> {
                                figures.put("precision", p.precision());
                                figures.put("recall", p.recall());
                            });
        }
        return figures;
    }

    private void print(String kind, ModelEvaluation.Result result) {
        PrintWriter writer = json.text();
        result.probes().forEach(p -> writer.print(p.table()));
        PublishedAccuracy.of(kind)
                .ifPresent(
                        p ->
                                writer.printf(
                                        Locale.ROOT,
                                        "published for %s after 800 epochs: k-NN %.1f %%, linear %.1f %%%n",
                                        p.dataset(),
                                        p.knn(),
                                        p.linear()));
        result.reconstruction().ifPresent(quality -> writer.print(quality.table()));
        writer.flush();
    }

    private TableSection disentanglement(Soda soda) {
        FactorDisentanglement measured = FactorDisentanglement.ofShapes(soda, shapes);
        PrintWriter writer = json.text();
        writer.print(measured.table());
        measured.units().forEach(units -> scores.put(units.toString(), units.scores()));
        writer.flush();
        return new TableSection(
                "Disentanglement",
                FactorDisentanglement.HEAD,
                measured.rows(),
                "On %d generated images of shapes with known factors; 1 is best."
                        .formatted(shapes));
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Evaluate(), args));
    }
}
