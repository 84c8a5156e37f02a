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
                        "| no mask | 1 | 41.0 | 48.5 | 9.0 |");
        assertThat(ImageIO.read(chart.toFile())).isNotNull();
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
