package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.io.ConfigText;

class SearchTest {

    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();

    private String run(String... args) {
        out.getBuffer().setLength(0);
        assertThat(
                        Examples.commandLine(new Examples())
                                .setOut(new PrintWriter(out, true))
                                .execute(args))
                .isZero();
        return out.toString();
    }

    private static void draw(Path file, Color color, int seed) throws IOException {
        BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(color);
        graphics.fillRect(random.nextInt(10), random.nextInt(10), 25, 18);
        graphics.dispose();
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    private void saveModel(Path model) throws IOException {
        try (Soda soda = TinyModels.builder().build()) {
            soda.save(model);
        }
    }

    private static String relative(Path file) {
        return Path.of("").toAbsolutePath().relativize(file.toAbsolutePath()).toString();
    }

    @Test
    void fromAFolderToAnswers() throws IOException {
        Path images = folder.resolve("images");
        for (int i = 0; i < 6; i++) {
            draw(images.resolve("red/%d.png".formatted(i)), Color.RED, i);
            draw(images.resolve("blue/%d.png".formatted(i)), Color.BLUE, i);
        }
        Files.copy(images.resolve("red/3.png"), images.resolve("blue/copy.png"));
        Path model = folder.resolve("model");
        saveModel(model);
        String index = folder.resolve("index").toString();
        String[] build = {
            "search", "build", images.toString(), "--model", model.toString(), "--out", index
        };
        assertThat(run(build)).startsWith("13 images: 13 encoded, 0 unchanged, 0 gone, 0 left out");
        Files.delete(images.resolve("red/5.png"));
        String[] again = Arrays.copyOf(build, build.length + 1);
        again[build.length] = "--json";
        JsonNode rebuilt = ConfigText.jsonTree(run(again));
        assertThat(rebuilt.path("images").asInt()).isEqualTo(12);
        assertThat(rebuilt.path("encoded").asInt()).isZero();
        assertThat(rebuilt.path("unchanged").asInt()).isEqualTo(12);
        assertThat(rebuilt.path("gone").asInt()).isEqualTo(1);
        assertThat(rebuilt.path("leftOut")).isEmpty();

        Path sheet = folder.resolve("sheet.html");
        String ofFile =
                run(
                        "search",
                        "query",
                        index,
                        relative(images.resolve("red/3.png")),
                        "--count",
                        "2",
                        "--html",
                        sheet.toString());
        assertThat(ofFile).contains("1.0000  red/3.png", "1.0000  blue/copy.png");
        assertThat(Files.readString(sheet))
                .contains("blue/copy.png", "data:image/png;base64,", "<b>1.0000</b>")
                .contains("Alike: " + relative(images.resolve("red/3.png")))
                .doesNotContain("no image", '"' + folder.toString(), '>' + folder.toString());
        assertThat(run("search", "query", index, "red/3.png", "--count", "1"))
                .contains("1.0000  blue/copy.png")
                .doesNotContain("red/3.png");
        assertThat(run("search", "query", index, "red/3.png", "--under", "red/"))
                .contains("red/0.png")
                .doesNotContain("blue/");

        String duplicates = run("search", "duplicates", index, "--threshold", "0.99999", "--json");
        assertThat(ConfigText.jsonTree(duplicates).at("/groups/0").toString())
                .isEqualTo("[\"blue/copy.png\",\"red/3.png\"]");
        assertThat(run("search", "groups", index, "--count", "2"))
                .contains("group 1, ", "group 2, ", "silhouette ");
        assertThat(run("search", "odd", index, "--count", "3", "--k", "2").lines()).hasSize(3);
        String byLoss = run("search", "odd", index, "--count", "12", "--loss", "--json");
        assertThat(ConfigText.jsonTree(byLoss)).hasSize(12);

        Path labels =
                Files.writeString(
                        folder.resolve("labels.csv"),
                        "red/0.png,red\nred/1.png, red\n\nblue/0.png\tblue\nblue/1.png,blue\n");
        String[] classify = {"search", "classify", index, "--labels", labels.toString()};
        assertThat(run(classify))
                .containsPattern("[01]\\.\\d{4}  (red|blue)  red/2.png\n")
                .containsPattern("8 images: \\d blue, \\d red\\R")
                .containsPattern("label next: (\\w+/\\w+\\.png\\s+){8}")
                .doesNotContain("red/0.png", "blue/1.png");
        String classes = run("search", "classify", index, "--labels", labels.toString(), "--json");
        assertThat(ConfigText.jsonTree(classes).at("/answers")).hasSize(8);
        Files.writeString(labels, "red/0.png\n");
        assertThat(ErrorOutput.line(String.join(" ", classify), 2))
                .contains("line 1: expected a path, a comma or a tab, and a class");
    }
}
