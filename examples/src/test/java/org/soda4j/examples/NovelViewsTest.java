package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class NovelViewsTest {

    @TempDir private static Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** Two steps: everything runs, nothing is learned. */
    @Test
    void trainsMeasuresAndDraws() throws IOException {
        int code =
                run("--objects", "20", "--unseen", "2", "--steps", "4", "--out", folder.toString());
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toString())
                .contains(
                        "20 objects with 24 views each to train on, 2 with 24 unseen views each to draw")
                .contains("trained on 64 images")
                .containsPattern("\n3 +4 \\| +\\d+\\.\\d\\d")
                .contains("degrees")
                .containsPattern(
                        "\nchance +\\d.+\nraw pixels +\\d.+\nuntrained latent +\\d.+\nlatent +\\d+\\.\\d %");
        BufferedImage grid = ImageIO.read(folder.resolve("views.png").toFile());
        // A row of seven images of 64 pixels for each object.
        assertThat(grid.getWidth()).isGreaterThanOrEqualTo(7 * 64);
        assertThat(grid.getHeight()).isBetween(2 * 64, 3 * 64);
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in =
                ImageIO.createImageInputStream(folder.resolve("orbit.gif").toFile())) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(36);
        }
        reader.dispose();
        assertThat(folder.resolve("angles.png")).isNotEmptyFile();
        assertThat(folder.resolve("sources.png")).isNotEmptyFile();
        assertThat(folder.resolve("model/model.safetensors")).isNotEmptyFile();
    }

    @Test
    void wrongOptionsAreRefused() {
        assertThat(run("--data", "coil20")).isEqualTo(2);
        assertThat(err.toString()).contains("--root");
        assertThat(run("--data", "coil30")).isEqualTo(2);
        assertThat(err.toString()).contains("expected shapes or coil20, found coil30");
        assertThat(run("--hue-distance", "1.5")).isEqualTo(2);
        assertThat(err.toString()).contains("--hue-distance: expected 0 to 1, found 1.5");
        assertThat(run("--steps", "-100000")).isEqualTo(2);
        assertThat(err.toString()).contains("--steps: expected at least 1, found -100000");
        assertThat(run("--solids", "9")).isEqualTo(2);
        assertThat(err.toString()).contains("--solids: expected 1 to 3, found 9");
    }

    private int run(String... args) {
        return new CommandLine(new NovelViews())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }
}
