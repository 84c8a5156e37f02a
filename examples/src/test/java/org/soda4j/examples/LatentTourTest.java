package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole tour with a model that has seen next to nothing: that it runs, not what it finds. */
class LatentTourTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path folder;

    @Tag("thorough") // Over a minute.
    @Test
    void everyMeasurementIsPrintedAndEveryPictureReadable() throws IOException {
        String[] args = {
            "--steps", "2", "--count", "12", "--sampling-steps", "1", "--out", folder.toString()
        };
        assertThat(run(args)).as(err.toString()).isZero();
        assertThat(Files.readString(folder.resolve("results.txt")))
                .contains("Disentanglement of 1000 test images", "Log-likelihood of test latents")
                .containsPattern("(?m)^  diffusion +latents [0-9.]+, encoded images [0-9.]+$")
                .doesNotContain("NaN");
        List<Path> pictures;
        try (Stream<Path> files = Files.list(folder)) {
            pictures = files.filter(f -> f.toString().matches(".*\\.(png|gif)")).toList();
        }
        assertThat(pictures)
                .hasSizeGreaterThan(10)
                .allSatisfy(p -> assertThat(ImageIO.read(p.toFile())).as(p.toString()).isNotNull());
    }

    @Test
    void wrongOptionsAreOneLine() {
        assertThat(run("--count", "11")).isEqualTo(2);
        assertThat(run("--data", "mnist")).isEqualTo(2);
        assertThat(run("--data", "fashion-mnist", "--out", folder.toString())).isEqualTo(2);
        assertThat(err.toString().lines().filter(line -> line.startsWith("--")))
                .containsExactly(
                        "--count: expected at least 12, found 11",
                        "--data: expected one of [run, shapes, fashion-mnist, shapes3d, mpi3d, smallnorb], found mnist; --images takes a folder",
                        "--data and --images: expected MODEL too, found none");
    }

    private int run(String... args) {
        CommandLine line = Examples.commandLine(new LatentTour());
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(args);
    }
}
