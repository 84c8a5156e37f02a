package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.examples.training.OwnImagesPlan;
import org.soda4j.io.ConfigText;
import org.soda4j.training.Augmentation;
import org.soda4j.training.RunConfig;
import org.soda4j.training.TrainingConfig;
import org.soda4j.training.run.RunFolder;
import picocli.CommandLine;

/** Training from the command line: on a folder of images, and what is said of a preset. */
class TrainTest {

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        out.getBuffer().setLength(0);
        return new CommandLine(new Examples())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @Test
    void trainsOnAFolderOfImagesAndGoesOn() throws IOException {
        Path images = writeImages(9, 40, 30);
        Path run = folder.resolve("run");
        String[] train = small(images, run, 3, "model.encoder.widthMultiplier=0.125");
        String[] live = Arrays.copyOf(train, train.length + 2);
        live[train.length] = "--live";
        live[train.length + 1] = "0";
        assertThat(run(live)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("while it trains: http://127.0.0.1:");
        assertThat(out.toString())
                .contains(
                        "resolution 24",
                        "30 pixels",
                        "preset minutes-16 at 24 x 24 pixels: ",
                        "batch of 8",
                        "  3 steps (--steps)")
                .doesNotContain("epochs of")
                .contains("complete after step 3");
        assertThat(run.resolve("loss.png")).isNotEmptyFile();
        RunConfig config = RunFolder.config(run, RunConfig.class);
        assertThat(config.training().batchSize()).isEqualTo(8);
        assertThat(((UNetDenoiserConfig) config.model().denoiser()).channels()).isEqualTo(32);
        assertThat(config.training().augmentation()).isEqualTo(Augmentation.mild());
        assertThat(out.toString()).contains("directions (effective rank over 7 training images).");
        Soda.load(RunFolder.model(run)).close();
        assertThat(run("resume", run.toString(), "--device", "cpu")).isZero();
        assertThat(out.toString())
                .contains("complete already after step 3")
                .doesNotContain("report: ");
        assertThat(run("resume", run.toString(), "--device", "cpu", "--steps", "5"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("complete after step 5", "report: ");
        assertThat(RunFolder.config(run, RunConfig.class).training().length().count()).isEqualTo(5);
        // Without a length of its own the same command has the run's, and measures none.
        List<String> measured = new ArrayList<>(List.of(train));
        measured.subList(measured.indexOf("--steps"), measured.indexOf("--steps") + 2).clear();
        assertThat(run(measured.toArray(String[]::new))).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("5 steps, as the run was started", "complete already after step 5");
        measured.add("--json");
        assertThat(run(measured.toArray(String[]::new))).as(err.toString()).isZero();
        JsonNode answer = ConfigText.jsonTree(out.toString());
        assertThat(answer.path("complete").asBoolean()).isTrue();
        assertThat(answer.path("reason").asText()).isEqualTo("complete already");
        assertThat(answer.at("/figures/steps").asInt()).isEqualTo(5);
        assertThat(answer.at("/figures/last/training.loss").asDouble()).isPositive();
        assertThat(answer.path("report").asText()).isEqualTo(run.resolve("report.html").toString());
    }

    /** What there are too few or too small images for is known before, and ends nothing. */
    @Test
    void twoImagesAndTinyOnesAreTrainedOnToTheEnd() throws Exception {
        Path two = Path.of(TrainTest.class.getResource("/cases/two_images").toURI());
        Path run = folder.resolve("two");
        String[] train = small(two, run, 2, "training.batchSize=2");
        assertThat(run(train)).as(err.toString()).isZero();
        String why = "Reconstruction quality: expected at least 2 test images, found 1";
        assertThat(out.toString().indexOf("the report leaves out " + why))
                .isPositive()
                .isLessThan(out.toString().indexOf("complete after step 2"));
        assertThat(run.resolve("report.html"))
                .content()
                .contains("Left out", "expected at least 2 test images, found 1");
        assertThat(run("resume", run.toString(), "--device", "cpu")).isZero();

        Path tiny = folder.resolve("tiny");
        assertThat(run(small(writeImages(9, 8, 8), tiny, 1, "model.denoiser.imageShape=[3,8,8]")))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains(
                        "the report leaves out Reconstruction quality: expected images of at least 11 x 11");
        assertThat(tiny.resolve("report.html")).content().contains("Left out", "found 8 x 8");
    }

    /**
     * The model is saved: that its curves cannot be read is said, and no failure of the training.
     */
    @Test
    void aFinishedTrainingIsNoFailureWhateverTheReportMeets() throws IOException {
        Path run = folder.resolve("run");
        assertThat(run(small(writeImages(9, 16, 16), run, 1, "training.batchSize=4")))
                .as(err.toString())
                .isZero();
        Path chart = run.resolve("loss.png"); // Cannot be replaced.
        Files.delete(chart);
        Files.createDirectories(chart.resolve("in the way"));
        assertThat(run("resume", run.toString(), "--device", "cpu")).isZero();
        assertThat(out.toString())
                .contains("no report, but the training is saved: ", "loss.png", "evaluate " + run);
    }

    @Test
    void tooFewImagesForABatchLeaveNoRunFolder() throws IOException {
        Path images = writeImages(9, 16, 16);
        Path run = folder.resolve("run");
        assertThat(run(small(images, run, 1, "training.batchSize=100"))).isEqualTo(1);
        assertThat(err.toString()).contains("training.batchSize", "at most 9", "found 100");
        assertThat(run).doesNotExist();
        assertThat(run(small(images, run, 1, "training.batchSize=many"))).isEqualTo(2);
        assertThat(err.toString()).contains("expected a whole number, found many");
        assertThat(out.toString()).doesNotContain("Chosen for your images");
        err.getBuffer().setLength(0);
        assertThat(run(small(images, run, 1, "training.batchSize=4"))).as(err.toString()).isZero();
        assertThat(run.resolve("config.json")).exists();
    }

    @Test
    void saysHowLongATrainingIs() {
        TrainingConfig epochs = TrainingConfig.builder().epochs(2280).batchSize(8).build();
        assertThat(OwnImagesPlan.length(epochs, 9))
                .isEqualTo("2280 epochs of 1 step, 2280 steps in all");
        assertThat(OwnImagesPlan.length(epochs, 7)).isEmpty();
        TrainingConfig images = TrainingConfig.builder().images(9).batchSize(8).build();
        assertThat(OwnImagesPlan.length(images, 9)).isEqualTo("2 steps");
    }

    /** A training of so many steps that takes a second, with one more field set. */
    private static String[] small(Path images, Path run, int steps, String set) {
        String[] args =
                """
                train --device cpu --set training.samples=2 --set training.sampleSteps=1
                --set model.denoiser.multipliers=[1,1] --set model.denoiser.blocks=1
                --images _ --out _ --steps _ --set _"""
                        .split("\\s+");
        int last = args.length - 1;
        args[last] = set;
        args[last - 2] = Integer.toString(steps);
        args[last - 4] = run.toString();
        args[last - 6] = images.toString();
        return args;
    }

    @Test
    void describesAPreset() {
        assertThat(run("describe", "--preset", "paper-cifar10", "--set", "training.batchSize=64"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("batchSize: 64", "section  size  resolution")
                .contains("50000 images, 781 steps an epoch, 624800 steps in all")
                .contains("memory, estimated");
        out.getBuffer().setLength(0);
        assertThat(run("describe", "--preset", "minutes-16", "--count", "640", "--json")).isZero();
        JsonNode answer = ConfigText.jsonTree(out.toString());
        assertThat(answer.path("steps").asLong()).isEqualTo(960);
        assertThat(answer.path("config").path("training").path("batchSize").asInt()).isEqualTo(64);
    }

    @Test
    void printsTheCommandThatStartsRanks() {
        String[] train = {
            "train", "--images", "a folder", "--out", "run", "--ranks", "2", "--print-mpirun"
        };
        assertThat(run(train)).as(err.toString()).isZero();
        assertThat(out.toString())
                .startsWith("mpirun -n 2 ")
                .contains(" -x OMP_NUM_THREADS=")
                .contains(
                        " org.soda4j.examples.Train --images 'a folder' --out run --ranks 2"
                                + " --print-mpirun");
        assertThat(run("train", "--images", "x", "--out", "run", "--ranks", "0")).isEqualTo(2);
    }

    @Test
    void wrongOptionsAreExitCodeTwo() {
        assertThat(run("train", "--out", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("expected --root or --images, found none");
        assertThat(run("train", "--preset", "minutes-32", "--root", "x", "--out", "run"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("found minutes-32, which takes --images FOLDER");
        assertThat(run("train", "--preset", "hours-32", "--root", "x", "--out", "run"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("found hours-32, which takes --images FOLDER");
        assertThat(run("describe", "--preset", "cifar11")).isEqualTo(2);
        assertThat(run("describe", "--preset", "cifar10", "--set", "training.batchSiz=2"))
                .isEqualTo(2);
        assertThat(run("describe", "--preset", "cifar10", "--precision", "fp8")).isEqualTo(2);
    }

    private Path writeImages(int count, int width, int height) throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < width * height; p++) {
                image.setRGB(p % width, p / width, random.nextInt(1 << 24));
            }
            ImageIO.write(image, "png", images.resolve("image" + i + ".png").toFile());
        }
        return images;
    }
}
