package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.examples.export.ExportFixture;
import org.soda4j.examples.export.PythonProgram;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.ImagePreparation.Fit;
import picocli.CommandLine;

/** What export writes, from a saved model and from the folder of a run. */
class ExportTest {

    private static final int PROGRAM_LINES = 25;

    @TempDir Path folder;

    private ExportFixture fixture;
    private final StringWriter out = new StringWriter();

    @BeforeEach
    void prepare() throws IOException {
        fixture = new ExportFixture(folder);
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        CommandLine line = new CommandLine(new Examples());
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(args);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aSavedModelBecomesFilesAndACard() throws IOException {
        Path to = folder.resolve("out");
        assertThat(run("export", "" + fixture.model(), "--out", "" + to, "--licence", "CC BY 4.0"))
                .isZero();
        assertThat(names(to))
                .containsExactly("README.md", "denoiser.onnx", "encode.py", "encoder.onnx");
        assertThat(Files.readAllLines(to.resolve("encode.py")))
                .hasSizeLessThanOrEqualTo(PROGRAM_LINES);
        assertThat(Files.readString(to.resolve("README.md")))
                .contains("colour image of 16 x 16", "latent of 12 numbers", "CC BY 4.0")
                .contains("Not known: no data.json, which the program train writes, is beside")
                .doesNotContain(folder.toString());
        byte[] whole = Files.readAllBytes(to.resolve("encoder.onnx"));

        assertThat(run("export", "" + fixture.model(), "--out", "" + to, "--half", "--uint8"))
                .isZero();
        assertThat(names(to)).contains("encoder-uint8.onnx");
        assertThat(Files.size(to.resolve("encoder.onnx"))).isLessThan(whole.length * 2L / 3);
        assertThat(Files.readString(to.resolve("README.md")))
                .contains("(float16)", "Not stated. Who publishes these weights decides");
    }

    @Test
    void aModelWithCamerasHasNoProgramForFiles() throws IOException {
        Path model = fixture.modelWithCameras();
        Path to = folder.resolve("out");
        assertThat(run("export", "" + model, "--out", "" + to)).isZero();
        assertThat(out.toString()).contains("encode.py is left out: this model sees cameras");
        assertThat(names(to)).containsExactly("README.md", "denoiser.onnx", "encoder.onnx");
        assertThat(Files.readString(to.resolve("README.md"))).contains("Both see cameras");
        String web = "export %s --out %s --web %s".formatted(model, to, fixture.runtimeOfNames());
        assertThat(ErrorOutput.line(web, 2)).contains("--web: expected a model of single images");
    }

    @Test
    void theCardOfARunTellsItsDataAndProbes() throws IOException {
        Path run = fixture.run();
        Path to = folder.resolve("out");
        assertThat(run("export", run.toString(), "--out", to.toString())).isZero();
        assertThat(Files.readString(to.resolve("README.md")))
                .contains("- images: images, pictures\n")
                .contains("- length: 40 steps, 640 images seen\n")
                .contains("- knn.accuracy at step 40: 0.5\n")
                .contains("- at step 40: k-NN 50.0 % (pixels 25.0, chance 10.0)\n")
                .doesNotContain("0.25")
                .doesNotContain(folder.toString());
    }

    @Test
    void thePageHasAGalleryWithTheModelsFeatures() throws IOException {
        ImageDataset images = ImageFolder.builder().root(fixture.pictures()).build();
        float[] expected;
        try (Soda soda = Soda.load(fixture.model(), Device.cpu(), Precision.FP32)) {
            float[] some = FeatureExtractor.of(soda).output(Output.JOINED).extract(images).row(0);
            float[] rows = new float[2 * some.length];
            System.arraycopy(some, 0, rows, 0, some.length);
            soda.keepFeatureStatistics(FeatureStatistics.of(rows, some.length));
            soda.save(fixture.model());
            expected =
                    FeatureExtractor.of(soda)
                            .output(Output.JOINED)
                            .standardized(true)
                            .extract(images)
                            .row(2);
        }
        Path to = folder.resolve("out");
        assertThat(
                        run(
                                ("export %s --out %s --count 2 --web %s --images %s")
                                        .formatted(
                                                fixture.model(),
                                                to,
                                                fixture.runtimeOfNames(),
                                                fixture.pictures())
                                        .split(" ")))
                .isZero();
        assertThat(names(to))
                .contains("index.html", "page.css", "page.js", "encoder-uint8.onnx", "ort");
        assertThat(names(to.resolve("ort"))).hasSize(3).contains("ort.wasm.min.js");
        JsonNode gallery = new ObjectMapper().readTree(to.resolve("gallery.json").toFile());
        assertThat(gallery.get("output").asText()).isEqualTo("standardized");
        assertThat(gallery.get("images")).hasSize(2); // Of four: the first and the third.
        JsonNode second = gallery.get("images").get(1);
        assertThat(second.get("name").asText()).isEqualTo("red"); // After green.
        assertThat(to.resolve(second.get("source").asText())).exists();
        assertThat(second.get("features")).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((float) second.get("features").get(i).asDouble()).isEqualTo(expected[i]);
        }
    }

    @Test
    void theProgramPreparesAsTheModelDoes() throws IOException {
        String plain = PythonProgram.of(ImagePreparation.standard());
        assertThat(plain)
                .contains("    image = ImageOps.exif_transpose(image)\n")
                .doesNotContain("#if", "alpha_composite", "w, h");
        String other = PythonProgram.of(new ImagePreparation(false, "#FF8000", Fit.CROP));
        assertThat(other)
                .doesNotContain("#if", "exif")
                .contains("\"#ff8000\"), image.convert(\"RGBA\"))\n", "    box = (x");
        assertThat(other.lines()).hasSizeLessThanOrEqualTo(PROGRAM_LINES);
    }

    @Test
    void whatIsMissingIsSaid() throws IOException {
        String model = fixture.model().toString();
        Path to = folder.resolve("out");
        String empty = fixture.pictures().toString();
        assertThat(ErrorOutput.line("export %s --out %s --web %s".formatted(model, to, empty), 1))
                .contains("--web: expected the unpacked npm package onnxruntime-web", empty);
        assertThat(
                        ErrorOutput.line(
                                "export %s --out %s --web %s"
                                        .formatted(model, to, fixture.runtimeOfNames()),
                                2))
                .contains("--images: expected a folder of images");
        assertThat(to).doesNotExist();
    }
}
