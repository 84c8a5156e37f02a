package org.soda4j.examples;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.CoilDataset;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.data.scene.SceneViews;
import org.soda4j.data.scene.ShapeScenes;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.novelview.NovelViewEvaluation;
import org.soda4j.eval.novelview.ObjectFeatures;
import org.soda4j.eval.novelview.ViewScores;
import org.soda4j.eval.novelview.ViewSynthesis;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeComparison.Row;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.ProgressBarListener;
import org.soda4j.examples.cli.ThreadsOption;
import org.soda4j.examples.novelview.NovelViewPictures;
import org.soda4j.examples.novelview.Turntable;
import org.soda4j.examples.training.SmallModel;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LatentMasking;
import org.soda4j.latent.LayerModulation;
import org.soda4j.novelview.CameraFrame;
import org.soda4j.novelview.RayEncoding;
import org.soda4j.novelview.ViewConditioning;
import org.soda4j.training.BatchLoader;
import org.soda4j.training.RateSchedule;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingData;
import org.soda4j.training.TrainingLength;
import org.soda4j.training.TrainingSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a model of novel views in minutes and shows objects it has never seen from all sides. */
@Command(
        name = "novel-views",
        description =
                "Trains a small model on views of objects with their cameras, then draws objects"
                        + " that it has not seen from other cameras and compares with the truth,"
                        + " with the nearest source view and with the mean training image.")
final class NovelViews extends Program {

    private static final int SIZE = 32;
    private static final int BATCH = 16;
    private static final int MOST_SOURCES = 2;

    @Option(
            names = "--data",
            defaultValue = "shapes",
            description = "shapes (drawn by the program) or coil20.")
    private String data;

    @Option(
            names = "--root",
            description = "Folder of COIL-20's files, for --data coil20. Default: none.")
    private Path root;

    @Option(
            names = "--out",
            defaultValue = "novel-views",
            description = "Folder for the pictures and the model.")
    private Path out;

    @Option(
            names = "--steps",
            defaultValue = "8125",
            description = "Training steps of 16 images each.")
    private long steps;

    @Option(names = "--objects", defaultValue = "3000", description = "Training objects of shapes.")
    private int objects;

    @Option(
            names = "--solids",
            defaultValue = "1",
            description = "Solids of an object of shapes at most, 1 to 3; more are harder.")
    private int solids;

    @Option(
            names = "--hue-distance",
            defaultValue = "0.45",
            description =
                    "How far the colour of one half of a solid is from that of the other, at most,"
                            + " in turns of the colour circle, 0 to 1.")
    private double hueDistance;

    @Option(
            names = "--split",
            defaultValue = "OBJECTS",
            description =
                    "What training does not see of coil20: ${COMPLETION-CANDIDATES} (4 of the 20"
                            + " objects, or every other view of each).")
    private Turntable.Split split;

    @Option(names = "--unseen", defaultValue = "96", description = "Unseen objects of shapes.")
    private int unseenObjects;

    @Option(
            names = "--precision",
            description =
                    "Of training: ${COMPLETION-CANDIDATES}. Default: BF16 on processors with"
                            + " instructions for it, otherwise FP32.")
    private Precision precision;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random.")
    private long seed;

    @Mixin private ThreadsOption threads;

    @Mixin private DeviceOption device;

    @Mixin private JsonOption json;

    /**
     * What --json prints.
     *
     * @param bySources means by number of source views
     * @param byAngle means by degrees to the nearest source
     * @param probes of the latent; null for coil20, whose unseen objects are classes of their own
     * @param comparison of the latent with chance, raw pixels and the untrained latent; empty for
     *     coil20
     * @param model its folder
     */
    private record Answer(
            List<Drawn> bySources,
            List<Drawn> byAngle,
            Probed probes,
            List<Row> comparison,
            String model) {}

    /** Accuracies, 0 to 1. */
    private record Probed(double knn, double linear) {

        static Probed of(Row latent) {
            return new Probed(latent.knn(), latent.linear());
        }
    }

    /** Drawn views of a group, and the decibels and similarities of the model and what it beats. */
    private record Drawn(
            String group,
            int views,
            double psnr,
            double ssim,
            double nearestPsnr,
            double nearestSsim,
            double meanPsnr,
            double meanSsim) {

        static List<Drawn> of(List<ViewScores.Row> rows) {
            return rows.stream()
                    .map(
                            row ->
                                    new Drawn(
                                            row.group(),
                                            row.count(),
                                            row.model().psnr(),
                                            row.model().ssim(),
                                            row.nearestSource().psnr(),
                                            row.nearestSource().ssim(),
                                            row.meanImage().psnr(),
                                            row.meanImage().ssim()))
                    .toList();
        }
    }

    @Override
    public Integer call() throws IOException {
        requireAtLeast(1, "--steps", steps);
        OutputCheck.folder("--out", out);
        threads.set();
        Turntable turntable = turntable();
        SceneSource training = turntable.training();
        SceneSource unseen = turntable.unseen();
        int channels = training.image(0, 0).channels();
        try (Soda soda = model(channels)) {
            json.print(soda.describe().toString());
            json.print(turntable.describe());
            train(soda, training);
            soda.save(out.resolve("model"));
            ViewScores scores = evaluate(soda, training, unseen);
            List<Row> compared = isCoil() ? List.of() : probe(soda, training, unseen);
            NovelViewPictures pictures = new NovelViewPictures(soda, options(), turntable);
            try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
                pictures.grid(manager).save(out.resolve("views.png"));
                pictures.orbit(manager).save(out.resolve("orbit.gif"));
            }
            Path folder = out.toAbsolutePath().normalize();
            json.print("pictures and model: " + folder);
            json.answer(
                    new Answer(
                            Drawn.of(scores.bySources()),
                            Drawn.of(scores.byAngle()),
                            compared.isEmpty()
                                    ? null
                                    : Probed.of(compared.get(compared.size() - 1)),
                            compared,
                            folder.resolve("model").toString()));
        }
        return 0;
    }

    private Turntable turntable() {
        return switch (data) {
            case "shapes" -> shapes();
            case "coil20" -> {
                if (root == null) {
                    throw refusal("--data coil20 needs --root, a folder");
                }
                yield Turntable.ofCoil(
                        CoilDataset.builder().root(root).channels(1).build(), split, SIZE, seed);
            }
            default -> throw refusal("--data: expected shapes or coil20, found " + data);
        };
    }

    private Turntable shapes() {
        if (!(hueDistance >= 0 && hueDistance <= 1)) {
            throw refusal("--hue-distance: expected 0 to 1, found " + hueDistance);
        }
        if (solids < 1 || solids > 3) {
            throw refusal("--solids: expected 1 to 3, found " + solids);
        }
        ShapeScenes.Builder scenes =
                ShapeScenes.builder()
                        .views(24)
                        .resolution(SIZE)
                        .supersampling(3)
                        .solids(solids)
                        .textures(ShapeScenes.Texture.HALVES) // They show how a solid stands.
                        .hueDistance(0.6 * hueDistance, hueDistance);
        return Turntable.ofShapes(
                scenes.objects(objects).seed(2 * seed).build(),
                scenes.objects(unseenObjects).seed(2 * seed + 1).build(),
                SIZE);
    }

    private Soda model(int channels) {
        return SmallModel.builder(channels, seed)
                .device(device.device())
                .latent(LatentLayout.of(128))
                .modulation(LayerModulation.whole())
                .masking(LatentMasking.none()) // Nothing is guided.
                .denoiser(
                        SmallModel.denoiser(channels, SIZE).multipliers(1, 1, 2).groups(8).build())
                .views(
                        ViewConditioning.builder()
                                .rays(new RayEncoding(0, 0, 0))
                                .frame(isCoil() ? CameraFrame.ABSOLUTE : CameraFrame.RELATIVE)
                                .sources(MOST_SOURCES)
                                .build())
                // Three quarters of the steps leave nothing of the image: sources must say it.
                .schedule(NoiseSchedule.linear(1000, 1e-4, 0.06))
                .build();
    }

    private void train(Soda soda, SceneSource training) {
        int growing = Math.toIntExact(steps * BATCH * 6 / 10 / training.size());
        SceneViews views =
                SceneViews.builder(training)
                        .resolution(SIZE)
                        .sources(MOST_SOURCES)
                        .perObject(isCoil() ? 72 : 1)
                        .nearAtFirst(20, isCoil() ? 0 : growing)
                        .seed(seed)
                        .build();
        standardizeLatents(soda, views);
        Precision used = precision == null ? Precision.fasterOn(soda.device()) : precision;
        TrainingSummary summary =
                SodaTrainer.builder(soda)
                        .stopOnShutdown(true)
                        .data(views)
                        .steps(steps)
                        .batchSize(BATCH)
                        .learningRate(1e-3)
                        .encoderRateRatio(0.3) // Faster, it forgets what is not yet drawn.
                        .warmup(new TrainingLength(TrainingLength.Unit.STEPS, 60))
                        .rateSchedule(RateSchedule.COSINE)
                        .emaDecay(0.99)
                        .precision(used)
                        .seed(seed)
                        .listener(new ProgressBarListener())
                        .build()
                        .fit();
        json.print(
                String.format(
                        Locale.ROOT,
                        "trained on %d images in %s in %.1f minutes, %.0f images/s",
                        summary.images(),
                        used,
                        summary.elapsed().toSeconds() / 60.0,
                        1000.0 * summary.images() / summary.elapsed().toMillis()));
    }

    /** Without it the encoder loses colours before they are drawn. */
    private void standardizeLatents(Soda soda, SceneViews views) {
        int count = (int) Math.min(64, views.size());
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch");
                BatchLoader loader =
                        views.newLoader(new TrainingData.Request(count, seed, true, 0, 1, true));
                Batch batch = loader.epoch(0, 0, manager).next()) {
            soda.standardizeLatents(batch.getData());
        }
    }

    private ViewScores evaluate(Soda soda, SceneSource training, SceneSource unseen)
            throws IOException {
        ViewScores scores =
                NovelViewEvaluation.builder(unseen, training)
                        .resolution(SIZE)
                        .sources(1, 2, 3)
                        .perObject(isCoil() ? 36 : 2)
                        .seed(seed)
                        .build()
                        .evaluate(ViewSynthesis.of(soda, options()));
        json.print(scores.tableBySources());
        json.print(scores.tableByAngle());
        scores.chartBySources().save(out.resolve("sources.png"));
        scores.chartByAngle().save(out.resolve("angles.png"));
        return scores;
    }

    /** Whether the latent knows the kind of an unseen object's body, beside what it has to beat. */
    private List<Row> probe(Soda soda, SceneSource training, SceneSource unseen) {
        FeatureSet trainPixels = ObjectFeatures.pixels(soda, training, 1, 2, seed);
        FeatureSet testPixels = ObjectFeatures.pixels(soda, unseen, 1, 4, seed);
        List<Row> rows = new ArrayList<>();
        rows.add(ProbeComparison.chance(trainPixels, testPixels));
        rows.add(row("raw pixels", trainPixels, testPixels));
        try (Soda untrained = ProbeComparison.untrained(soda)) {
            rows.add(latents("untrained latent", untrained, training, unseen));
        }
        rows.add(latents("latent", soda, training, unseen));
        json.print("class of unseen objects from one view:");
        json.text().print(ProbeComparison.table(rows));
        json.text().flush();
        return rows;
    }

    private Row latents(String name, Soda soda, SceneSource training, SceneSource unseen) {
        return row(
                name,
                ObjectFeatures.extract(soda, training, 1, 2, seed),
                ObjectFeatures.extract(soda, unseen, 1, 4, seed));
    }

    private static Row row(String name, FeatureSet train, FeatureSet test) {
        KnnProbe neighbours = KnnProbe.builder().allowSmallClasses(true).build();
        return ProbeComparison.row(name, neighbours, train, test);
    }

    /** Few steps without guidance stay near the mean of what is possible, where PSNR is best. */
    private SamplingOptions options() {
        return SamplingOptions.defaults()
                .withSampler(DdimSampler.builder().steps(4).build())
                .withGuidance(Guidance.none())
                .withSeed(seed);
    }

    private boolean isCoil() {
        return data.equals("coil20");
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new NovelViews(), args));
    }
}
