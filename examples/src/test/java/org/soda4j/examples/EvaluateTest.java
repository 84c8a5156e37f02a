package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.examples.training.TrainedModel;
import org.soda4j.io.ConfigText;
import org.soda4j.training.RunConfig;
import org.soda4j.training.run.RunFolder;
import picocli.CommandLine;

/** From training to probes, encoded files and the report, all from the command line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // One training serves all tests.
class EvaluateTest {

    private static final int PER_CLASS = 26;

    @TempDir static Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path images;
    private Path run;
    private String trained;

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new Examples())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler(
                        (e, line, parsed) -> {
                            line.getErr().println(e.getMessage());
                            return 1;
                        })
                .execute(args);
    }

    /** Dark and bright images in a folder each, and two steps of training on them. */
    @BeforeAll
    void train() throws IOException {
        images = folder.resolve("images");
        run = folder.resolve("run");
        Random random = new Random(1);
        for (String name : new String[] {"bright", "dark"}) {
            Path of = Files.createDirectories(images.resolve(name));
            for (int i = 0; i < PER_CLASS; i++) {
                BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
                int base = name.equals("dark") ? 20 : 150;
                for (int p = 0; p < 256; p++) {
                    int grey = base + random.nextInt(60);
                    image.setRGB(p % 16, p / 16, grey << 16 | grey << 8 | grey);
                }
                ImageIO.write(image, "png", of.resolve("image%02d.png".formatted(i)).toFile());
            }
        }
        String[] sets = {
            "training.samples=2",
            "training.sampleSteps=1",
            "training.batchSize=8",
            "training.evaluateEveryEpochs=1",
            "model.schedule={kind: linear, steps: 20}",
            "model.denoiser.imageShape=[3, 16, 16]",
            "model.denoiser.channels=32",
            "model.denoiser.multipliers=[1, 1]",
            "model.denoiser.blocks=1",
            "model.denoiser.timeDivisor=20",
            "model.latent=[12]",
            "model.modulation.kind=PAIRED",
            "model.encoder.widthMultiplier=0.125"
        };
        String[] args = new String[9 + 2 * sets.length];
        String[] first = {
            "train",
            "--images",
            images.toString(),
            "--preset",
            "cifar10",
            "--out",
            run.toString(),
            "--steps",
            "7"
        };
        System.arraycopy(first, 0, args, 0, 9);
        for (int i = 0; i < sets.length; i++) {
            args[9 + 2 * i] = "--set";
            args[10 + 2 * i] = sets[i];
        }
        assertThat(run(args)).as(err.toString()).isZero();
        trained = out.toString();
    }

    @Test
    void aRunThatWentOnHasANewerCheckpointThanModel() throws IOException {
        Path model = RunFolder.model(run);
        SodaConfig config = RunFolder.config(run, RunConfig.class).model();
        try (Soda early = Soda.builder().config(config).seed(5).build();
                Soda trained = Soda.load(model)) {
            early.save(model);
            try (Soda loaded = TrainedModel.load(run, null, Device.cpu(), Precision.FP32)) {
                assertThat(weights(loaded)).isEqualTo(weights(trained));
            } finally {
                trained.save(model);
            }
            Path withoutCheckpoints = folder.resolve("moved");
            early.save(RunFolder.model(withoutCheckpoints));
            try (Soda loaded =
                    TrainedModel.load(withoutCheckpoints, null, Device.cpu(), Precision.FP32)) {
                assertThat(weights(loaded)).isEqualTo(weights(early));
            }
        }
        assertThatThrownBy(() -> TrainedModel.load(images, null, Device.cpu(), Precision.FP32))
                .hasMessage(images + ": expected a run or a saved model, found neither");
    }

    private static float[] weights(Soda soda) {
        return soda.parameters().values().iterator().next().toFloatArray();
    }

    @Test
    void aRunTellsEverythingAboutItself() throws IOException {
        assertThat(trained)
                .contains(
                        "report: ",
                        "of its 12 directions (effective rank over 41 training images).")
                .contains(
                        "to be beaten by the probes: chance 45.5 %; k-NN, pixels 54.5 %; k-NN, untrained")
                .contains("untrained encoder")
                .doesNotContain("no probes", "last batch");
        String metrics = Files.readString(run.resolve("metrics.jsonl"));
        assertThat(metrics)
                .contains("\"type\":\"evaluation\"", "\"probe.knn\":", "probe.linear")
                .contains("\"probe.knn.pixels\":", "probe.linear.untrained", "probe.chance\":0.4");
        assertThat(Files.readString(run.resolve("report.html")))
                .contains(
                        "<h2>Probes of the latent</h2>",
                        "<h2>Training loss</h2>",
                        "<h2>Probes over time</h2>",
                        "<h2>Images per second</h2>",
                        "<h2>Drawn on the way</h2>",
                        "<h2>Edits</h2>")
                .containsPattern("<p class=\"verdict\">(k-NN|Linear probe): [0-9.]+ % with the")
                .containsPattern("chance\\. The latent uses [0-9.]+ of its 12 directions")
                .contains("<dd>images, 52 images</dd>", "<dt>Time</dt>")
                .containsPattern("Frechet distance</th><td>needs at least \\d+ images")
                .contains("<h2>Reconstruction quality</h2>", "<h2>Reconstructions</h2>")
                .contains("<h2>Interpolations</h2>", "Confusion matrix: k-NN", "Nearest neighbours")
                .contains("Principal components 1", "t-SNE with perplexity")
                .contains("training.batchSize</th><td>8</td>", "<th scope=\"row\">dataHash</th>");

        Path report = folder.resolve("other.html");
        assertThat(
                        run(
                                "evaluate",
                                run.toString(),
                                "--checkpoint",
                                "7",
                                "--images",
                                images.toString(),
                                "--quality-images",
                                "4",
                                "--sampling-steps",
                                "3",
                                "--shapes",
                                "120",
                                "--crops",
                                "--fine-tune",
                                "--out",
                                report.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("k-NN: accuracy", "linear: accuracy", "linear on crops: accuracy")
                .contains("of its 12 directions (effective rank over 41 training images).")
                .contains("fine-tuned: accuracy")
                .contains("linear on crops, untrained encoder: accuracy")
                .contains("fine-tuned, untrained encoder: accuracy")
                .containsPattern("chance .+\nraw pixels .+\nuntrained latent .+\nlatent ")
                .contains("reconstruction of 4 images: PSNR")
                .containsPattern("12 numbers of z +lasso +0")
                .containsPattern("5 sections +boosted trees +0");
        assertThat(Files.readString(report))
                .contains(
                        "<h2>Disentanglement</h2>",
                        "<h2>The latent compared with pixels and an untrained latent</h2>",
                        "On 41 training and 11 test images.");
    }

    @Test
    void anEvaluationIsReadByAProgram() {
        Path report = folder.resolve("json.html");
        String[] few = {
            "--quality-images", "4", "--sampling-steps", "1", "--shapes", "100", "--json", "--out"
        };
        String[] args =
                Stream.of(
                                Stream.of("evaluate", run.toString()),
                                Stream.of(few),
                                Stream.of(report.toString()))
                        .flatMap(part -> part)
                        .toArray(String[]::new);
        assertThat(run(args)).as(err.toString()).isZero();
        JsonNode answer = ConfigText.jsonTree(out.toString());
        assertThat(answer.at("/probes/0/probe").asText()).isEqualTo("k-NN");
        assertThat(answer.at("/comparison/3/features").asText()).isEqualTo("SODA");
        assertThat(answer.at("/effectiveRank").asDouble()).isBetween(1.0, 12.0);
        assertThat(answer.at("/latent"))
                .extracting(row -> row.path("features").asText())
                .containsExactly("chance", "raw pixels", "untrained latent", "latent");
        // All 52 images are few enough, so the latent's row is the probes' own.
        assertThat(answer.at("/latent/3/knn").asDouble())
                .isEqualTo(answer.at("/probes/0/accuracy").asDouble());
        assertThat(answer.at("/latent/3/linear").asDouble())
                .isEqualTo(answer.at("/probes/1/accuracy").asDouble());
        assertThat(answer.at("/reconstruction").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("images", "psnr", "ssim");
        assertThat(
                        answer.at("/disentanglement/12 numbers of z by lasso/informativeness")
                                .isDouble())
                .isTrue();
        assertThat(answer.at("/report").asText()).isEqualTo(report.toString());
    }

    @Test
    void runsAreCompared() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("copy"));
        Files.copy(run.resolve("metrics.jsonl"), copy.resolve("metrics.jsonl"));
        Files.writeString(
                copy.resolve("config.json"),
                Files.readString(run.resolve("config.json"))
                        .replace("\"batchSize\" : 8", "\"batchSize\" : 9"));
        Path page = folder.resolve("compare.html");
        assertThat(run("compare", run.toString(), copy.toString(), "--out", page.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .containsPattern(
                        "run +data +images seen +time +k-NN \\(pixels, untrained, chance\\) +linear probe \\(pixels, untrained, chance\\) +loss")
                .contains("page: " + page);
        assertThat(page)
                .content()
                .contains("training.batchSize</th><td>8</td><td>9</td>", "<h2>Training loss</h2>")
                .contains("<h2>Linear probe</h2>", "2 runs side by side");
        assertThat(
                        run(
                                "compare",
                                run.toString(),
                                copy.toString(),
                                "--json",
                                "--out",
                                page.toString()))
                .isZero();
        JsonNode answer = ConfigText.jsonTree(out.toString());
        assertThat(answer.at("/runs/0/last/probe.knn").asDouble()).isBetween(0.0, 1.0);
        assertThat(answer.at("/differences/training.batchSize/copy").asInt()).isEqualTo(9);
        assertThat(answer.at("/page").asText()).isEqualTo(page.toString());
        assertThat(run("compare", run.toString())).isEqualTo(2);
        assertThat(run("compare", run.toString(), images.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("Expected a run folder, found no config.json");
    }

    @Test
    void encodesAFolderAndProbesTheFile() throws IOException {
        Path features = folder.resolve("features.npz");
        assertThat(encode(features)).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("52 images, 132 features each, 2 classes") // Latent and stages.
                .contains("2 classes, standardised by the model's statistics: ");
        FeatureSet set = FeatureSet.load(features);
        assertThat(set.id(0)).startsWith("bright/");
        assertThat(set.classNames()).containsExactly("bright", "dark");
        Path report = folder.resolve("probe.html");
        assertThat(run("probe", features.toString(), "--k", "3", "--report", report.toString()))
                .as(err.toString())
                .isZero();
        // Every fifth of 52 rows is for testing.
        assertThat(out.toString())
                .contains("% of 11\n  k = 3, metric = cosine\n", "linear: accuracy");
        assertThat(report).isNotEmptyFile();

        assertThat(run("probe", features.toString())).isZero();
        assertThat(run("probe", features.toString(), "--k", "22")).isZero();
        assertThat(out.toString())
                .contains("k-NN is left out: expected at least 22 training examples", "linear: ");
        Path pixels = folder.resolve("pixels.npz");
        assertThat(encode(pixels, "--features", "PIXELS")).isZero();
        Path untrained = folder.resolve("untrained.npz");
        assertThat(encode(untrained, "--untrained")).as(err.toString()).isZero();
        FeatureSet before = FeatureSet.load(untrained);
        assertThat(before.width()).isEqualTo(132);
        assertThat(before.provenance())
                .containsEntry("standardized", "over these images")
                .containsEntry("encoder", run + ", untrained");
        assertThat(before.row(0)).isNotEqualTo(set.row(0));
        assertThat(
                        run(
                                "probe",
                                features.toString(),
                                "--baseline",
                                "raw pixels=" + pixels,
                                "--baseline",
                                "untrained encoder=" + untrained))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .containsPattern(
                        "\nchance .+\nraw pixels +[0-9.]+ %.+\nuntrained encoder +[0-9.]+ %.+\nthese features +[0-9.]+ %");
        Path unlabelled = folder.resolve("unlabelled.npz");
        FeatureSet.of(new float[] {1, 2}, 1).save(unlabelled);
        assertThat(run("probe", unlabelled.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("expected labels, found none");
        assertThat(run("probe", features.toString(), "--test", unlabelled.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("expected labels on the test features");
    }

    @Test
    void standardisesByTheModelsStatisticsWhereItHasThem() throws IOException {
        Path file = folder.resolve("latents.npz");
        assertThat(encode(file, "--features", "LATENT")).as(err.toString()).isZero();
        assertThat(out.toString()).doesNotContain("standardised");
        FeatureSet raw = FeatureSet.load(file);
        assertThat(raw.provenance()).doesNotContainKey("standardized");
        assertThat(encode(file, "--features", "LATENT", "--standardize")).isZero();
        assertThat(out.toString()).contains(", standardised by the model's statistics: ");
        FeatureSet standardised = FeatureSet.load(file);
        assertThat(standardised.provenance()).containsEntry("standardized", "true");
        try (Soda soda = TrainedModel.load(run, null, Device.cpu(), Precision.FP32)) {
            FeatureStatistics ofLatents = soda.featureStatistics().get().columns(0, raw.width());
            assertThat(standardised.sharedValues())
                    .isEqualTo(raw.standardized(ofLatents).sharedValues());
        }
        assertThat(encode(file, "--features", "PIXELS", "--standardize")).isZero();
        assertThat(out.toString()).contains(", standardised over these images: ");
    }

    @Test
    void encodesWhatTheDenoiserKnows() throws IOException {
        Path file = folder.resolve("denoiser.npz");
        String[] both = {"--blocks", "middle,up.1", "--noise-step", "3"};
        assertThat(encode(file, "--features", "DENOISER", both[0], both[1], both[2], both[3]))
                .as(err.toString())
                .isZero();
        FeatureSet set = FeatureSet.load(file);
        assertThat(set.width()).isEqualTo(2 * 32);
        assertThat(set.provenance()).containsEntry("denoiser", "middle, up.1 at t = 3, seed 0");
        assertThat(encode(file, "--features", "DENOISER", "--standardize", "--json")).isZero();
        assertThat(ConfigText.jsonTree(out.toString()).at("/classes/1").asText()).isEqualTo("dark");
        assertThat(FeatureSet.load(file).provenance())
                .containsEntry("standardized", "over these images");
        assertThat(encode(file, "--features", "LATENT", both[0], both[1])).isEqualTo(2);
        assertThat(err.toString())
                .contains("--blocks and --noise-step: expected --features DENOISER");
        assertThat(encode(file, "--standardize")).isEqualTo(2);
        assertThat(err.toString()).contains("--standardize: expected --features too");
        assertThat(encode(file, "--features", "DENOISER", "--blocks", "up.9")).isEqualTo(1);
        assertThat(err.toString())
                .contains("expected some of [down.0, down.2, middle, up.0, up.1, up.3, up.4]");
    }

    @Test
    void probesWhatTheDenoiserKnows() {
        assertThat(
                        run(
                                "probe-denoiser",
                                run.toString(),
                                "--probe-images",
                                "100",
                                "--noise-steps",
                                "2,5",
                                "--subsets",
                                "1"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .containsPattern("block +t = 2 +t = 5\n")
                .containsPattern(
                        "\nup.4( +[0-9.]+ / [0-9.]+){2}\nup path( +[0-9.]+ / [0-9.]+){2}\nall blocks( +[0-9.]+ / [0-9.]+){2}\n")
                .containsPattern(
                        "\nchance +[0-9.]+ / [0-9.]+\nraw pixels +[0-9.]+ / [0-9.]+\nblock")
                .containsPattern("\nthe same of the untrained model:\nblock +t = 2 +t = 5\ndown.0 ")
                .contains("best in the linear probe: ")
                .containsPattern("\nchance +[0-9.]+ / [0-9.]+  \\[")
                .containsPattern("\nraw pixels +[0-9.]+ / [0-9.]+  \\[")
                .containsPattern("\nuntrained latent and stages +[0-9.]+ / [0-9.]+ ")
                .containsPattern("\nuntrained denoiser +[0-9.]+ / [0-9.]+ ")
                .containsPattern("\nlatent and stages +[0-9.]+ / [0-9.]+ ")
                .containsPattern("\nall joined +[0-9.]+ / [0-9.]+ ");
        assertThat(run("probe-denoiser", run.toString(), "--noise-steps", "21")).isEqualTo(1);
        assertThat(err.toString()).contains("step: expected 1 to 20, the schedule's, found 21");
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(run("evaluate", run.toString(), "--checkpoint", "3")).isEqualTo(1);
        assertThat(err.toString()).contains("No checkpoint of step 3", "found steps [6, 7]");
        assertThat(run("evaluate", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("expected the folder of a run");
        String model = RunFolder.model(run).toString();
        assertThat(run("evaluate", model)).isEqualTo(1);
        assertThat(err.toString())
                .contains(model + ": a saved model; expected the folder of a run");
        assertThat(run("evaluate", run.toString(), "--quality-images", "1")).isEqualTo(2);
        assertThat(encode(folder.resolve("f.npz"), "--features", "logits")).isEqualTo(2);
        assertThat(err.toString()).contains("'--features'", "NORMALIZED_LATENT", "'logits'");
    }

    private int encode(Path features, String... more) {
        List<String> args = new ArrayList<>(List.of("encode", run.toString()));
        args.addAll(List.of("--images", images.toString(), "--out", features.toString()));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }
}
