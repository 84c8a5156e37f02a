package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AblationTableTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path folder;

    @Test
    void meansAndDeviationsOfWhatEveryLineHas() throws Exception {
        Path lines = folder.resolve("lines.jsonl");
        Files.writeString(
                lines,
                """
                {"name":"base","seed":0,"latent.knn":40.0,"latent.linear":50,"rank":12,"only":1}
                {"name":"no mask","seed":0,"latent.knn":41,"latent.linear":48.5,"rank":9}
                {"name":"base","seed":1,"latent.knn":44,"latent.linear":50,"rank":14}
                """);
        Path chart = folder.resolve("chart.png");
        assertThat(run(lines.toString(), "--out", chart.toString())).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .startsWith(
                        "| variant | seeds | latent.knn | latent.linear | rank |",
                        "|---|---|---|---|---|",
                        "| base | 2 | 42.0 ± 2.8 | 50.0 ± 0.0 | 13.0 ± 1.4 |",
                        "| no mask | 1 | 41.0 | 48.5 | 9.0 |",
                        "No baselines: base, no mask; these lines were written before ablation measured them.");
        assertThat(ImageIO.read(chart.toFile())).isNotNull();
    }

    private static String line(
            String name, int seed, String encoder, double latent, double untrained) {
        return """
               {"name":"%s","seed":%d,"encoder":"%s","imageShape":"[3, 16, 16]","chance":10.0,\
               "pixels.knn":30.1,"pixels.linear":33.0,"untrained.latent.knn":%s,\
               "untrained.latent.linear":25.0,"latent.knn":%s,"latent.linear":50.0,"rank":9.0}
               """
                .formatted(name, seed, encoder, untrained, latent);
    }

    @Test
    void baselinesStandBeforeTheVariants() throws Exception {
        Path lines = folder.resolve("lines.jsonl");
        Path chart = folder.resolve("chart.png");
        Files.writeString(
                lines,
                line("base", 0, "narrow", 40, 20)
                        + line("base", 1, "narrow", 42, 22)
                        + line("no mask", 0, "narrow", 39, 20));
        assertThat(run(lines.toString(), "--out", chart.toString())).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .startsWith(
                        "| variant | seeds | latent.knn | latent.linear | rank |",
                        "|---|---|---|---|---|",
                        "| chance | 1 | 10.0 | 10.0 | - |",
                        "| raw pixels | 1 | 30.1 | 33.0 | - |",
                        "| untrained encoder | 2 | 21.0 ± 1.4 | 25.0 ± 0.0 | - |",
                        "| base | 2 | 41.0 ± 1.4 | 50.0 ± 0.0 | 9.0 ± 0.0 |",
                        "| no mask | 1 | 39.0 | 50.0 | 9.0 |")
                .noneMatch(line -> line.startsWith("No baselines"));
        int wide = ImageIO.read(chart.toFile()).getWidth();
        out.getBuffer().setLength(0);
        Path old = folder.resolve("old.jsonl");
        Files.writeString(
                old,
                """
                {"name":"base","seed":0,"latent.knn":40.0,"latent.linear":50,"rank":12}
                {"name":"no mask","seed":0,"latent.knn":41,"latent.linear":48.5,"rank":9}
                """);
        assertThat(run(old.toString(), "--out", chart.toString())).isZero();
        assertThat(ImageIO.read(chart.toFile()).getWidth()).isEqualTo(wide - 3 * 70);
    }

    @Test
    void otherEncodersHaveOtherBaselines() throws Exception {
        Path lines = folder.resolve("lines.jsonl");
        Files.writeString(
                lines,
                line("base", 0, "narrow", 40, 20)
                        + line("wide", 0, "wide", 44, 24)
                        + line("no mask", 0, "narrow", 39, 20)
                        + "{\"name\":\"old\",\"seed\":0,\"latent.knn\":38.0,\"latent.linear\":50}\n");
        assertThat(run(lines.toString())).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .startsWith(
                        "| variant | seeds | latent.knn | latent.linear |",
                        "|---|---|---|---|",
                        "| chance | 1 | 10.0 | 10.0 |",
                        "| raw pixels | 1 | 30.1 | 33.0 |",
                        "| untrained encoder of base | 1 | 20.0 | 25.0 |",
                        "| untrained encoder of wide | 1 | 24.0 | 25.0 |",
                        "| base | 1 | 40.0 | 50.0 |")
                .endsWith(
                        "The baselines of base are those of no mask, too.",
                        "No baselines: old; these lines were written before ablation measured them.");
    }

    @Test
    void saysWhichLineIsWrong() throws Exception {
        Path lines = folder.resolve("lines.jsonl");
        Files.writeString(lines, "{\"name\":\"base\",\"rank\":1}\n{\"rank\":\n");
        assertThat(run(lines.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("lines.jsonl, line 2: expected JSON");
        Files.writeString(lines, "");
        assertThat(run(lines.toString())).isEqualTo(2);
    }

    @Test
    void linesOfOneNameAreOfOneKind() throws Exception {
        Path lines = folder.resolve("lines.jsonl");
        Files.writeString(
                lines,
                """
                {"name":"base","data":"cifar10","rank":12}
                {"name":"base","data":"fashion-mnist","rank":8}
                """);
        assertThat(run(lines.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("variant 'base': expected one value of data, found");
    }

    private int run(String... args) {
        CommandLine line = Examples.commandLine(new AblationTable());
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(args);
    }
}
