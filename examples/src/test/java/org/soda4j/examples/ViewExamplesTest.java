package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The examples that show and time views, on generated files in CIFAR-10's format. */
class ViewExamplesTest {

    private static final int RECORDS = 10_000;

    @TempDir private static Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** All pixels of a record have one value, 20 + 20 x its label in red, 0 in green and blue. */
    @BeforeAll
    static void writeTestBatch() throws IOException {
        byte[] record = new byte[3073];
        try (OutputStream file =
                new BufferedOutputStream(
                        Files.newOutputStream(folder.resolve("test_batch.bin")), 1 << 16)) {
            for (int i = 0; i < RECORDS; i++) {
                record[0] = (byte) (i % 10);
                Arrays.fill(record, 1, 1025, (byte) (20 + 20 * (i % 10)));
                file.write(record);
            }
        }
    }

    @Test
    void contactSheetShowsTheImagesAndTheirViews() throws IOException {
        Path sheet = folder.resolve("sheet.png");
        assertThat(run(new ShowViews(), "--out", sheet.toString(), "--count", "3")).isZero();
        BufferedImage image = ImageIO.read(sheet.toFile());
        // 9 columns and 3 rows of 32 x 32, doubled, 2 pixels apart, behind the labels.
        assertThat(image.getHeight()).isBetween(3 * 66 + 2, 3 * 66 + 40);
        int top = image.getHeight() - 3 * 66;
        int left = image.getWidth() - 9 * 66;
        assertThat(left).isPositive();
        // Records 0, 3333 and 6666 have the labels 0, 3 and 6; the first column is not augmented.
        int[] reds = {20, 80, 140};
        for (int row = 0; row < 3; row++) {
            int pixel = image.getRGB(left + 32, top + row * 66 + 32);
            assertThat(pixel & 0xFFFFFF).isEqualTo(reds[row] << 16);
        }
        // Source views have noise, so that neighbours differ.
        assertThat(image.getRGB(left + 66 + 20, top + 20))
                .isNotEqualTo(image.getRGB(left + 66 + 40, top + 40));
    }

    @Test
    void oneSeedGivesOneSheet() throws IOException {
        Path first = folder.resolve("first.png");
        Path same = folder.resolve("same.png");
        Path other = folder.resolve("other.png");
        assertThat(run(new ShowViews(), "--out", first.toString())).isZero();
        assertThat(run(new ShowViews(), "--out", same.toString())).isZero();
        assertThat(run(new ShowViews(), "--out", other.toString(), "--seed", "1")).isZero();
        assertThat(same).hasSameBinaryContentAs(first);
        assertThat(Files.mismatch(first, other)).isNotNegative();
    }

    @Test
    void benchmarkPrintsOneLineWithBothRates() {
        assertThat(run(new Benchmark(), "--task", "views", "--seconds", "0.5")).isZero();
        Matcher line =
                Pattern.compile(
                                "views cifar10 32 x 32, published recipe, 1 thread: ([0-9,]+)"
                                        + " pairs/s by the clock \\(best; median ([0-9,]+)\\),"
                                        + " ([0-9,]+) pairs/s per core of processor time \\(best;"
                                        + " median ([0-9,]+)\\), 5 rounds of 0\\.1 s\\R")
                        .matcher(out.toString());
        assertThat(line.matches()).as(out.toString()).isTrue();
        assertThat(number(line, 1)).isGreaterThanOrEqualTo(number(line, 2));
        assertThat(number(line, 3)).isGreaterThanOrEqualTo(number(line, 4));
        assertThat(number(line, 2)).isPositive();
        assertThat(number(line, 4)).isPositive();
    }

    @Test
    void anUnknownTaskIsRefusedWithTheKnownOnes() {
        assertThat(run(new Benchmark(), "--task", "compose")).isEqualTo(2);
        assertThat(err.toString()).contains("'--task'", "views", "compose");
    }

    @Test
    void aSplitOfDataWithoutSplitsIsRefused() {
        assertThat(run(new ShowViews(), "--data", "coil20", "--out", "none.png")).isEqualTo(2);
        assertThat(err.toString()).contains("coil20 has no splits");
    }

    private static long number(Matcher line, int group) {
        return Long.parseLong(line.group(group).replace(",", ""));
    }

    private int run(Object command, String... options) {
        String[] args = new String[options.length + 4];
        args[0] = "--root";
        args[1] = folder.toString();
        args[2] = "--split";
        args[3] = "test";
        System.arraycopy(options, 0, args, 4, options.length);
        return new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }
}
