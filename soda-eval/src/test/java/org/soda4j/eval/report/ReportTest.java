package org.soda4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.Pca;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.probe.ConfusionMatrix;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.ProbeResult;
import org.soda4j.image.PixelImage;
import org.xml.sax.InputSource;

/** One file, well-formed, with everything in it. */
class ReportTest {

    private static final List<String> NAMES = List.of("cat", "<b>dog & co</b>");

    @TempDir private Path folder;

    @Test
    void everySectionIsInTheFile() throws Exception {
        Path file = folder.resolve("report.html");
        report().save(file);
        String html = Files.readString(file);
        assertThat(html)
                .contains("Content-Security-Policy", "default-src 'none'", "name=\"viewport\"")
                .contains("<td>66.7\u00a0%</td><td>80.4\u00a0%</td>")
                .contains("&lt;b&gt;dog &amp; co&lt;/b&gt;")
                .contains("data:image/png;base64,iVBOR")
                .contains("<th scope=\"row\">data hash</th><td>abc</td>")
                .contains(
                        "<p class=\"verdict\">Better &lt; best</p>",
                        "<dt>Data</dt><dd>a &amp; b</dd>")
                .doesNotContain("<b>", "http://", "https://", "url(", "class=\"ended\"");
        // Two maps of 100 points and a matrix of 4 cells tell what is below the pointer.
        assertThat(html.split("data-t=", -1)).hasSize(1 + 2 * 100 + 4);
        // Void elements closed and entities known, it must parse as XML too.
        String xml =
                html.replaceFirst("<!DOCTYPE html>", "")
                        .replaceFirst("(?s)<script>.*</script>", "")
                        .replaceAll("<(meta|img)([^>]*)>", "<$1$2/>");
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)));
    }

    /** The policy names the sum of the only script; another one would not run. */
    @Test
    void theOnlyScriptIsThatOfThePolicy() throws Exception {
        String html = report().toHtml();
        String script = html.substring(html.indexOf("<script>") + 8, html.lastIndexOf("</script>"));
        byte[] sum =
                MessageDigest.getInstance("SHA-256")
                        .digest(script.getBytes(StandardCharsets.UTF_8));
        assertThat(html.split("<script", -1)).hasSize(2);
        assertThat(html)
                .contains("script-src 'sha256-" + Base64.getEncoder().encodeToString(sum) + "'\">")
                .doesNotContain("connect-src");
        assertThat(report().toLiveHtml(Duration.ofSeconds(3)))
                .contains(
                        "; connect-src 'self'\">", "<main data-refresh=\"3\">", "class=\"ended\"");
    }

    @Test
    void twentyClassesAreWholeInTheOrderOfTheirNumbers() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            names.add("obj" + (20 - i));
        }
        int[] truth = {0, 10};
        String html = new ConfusionSection("c", ConfusionMatrix.of(names, truth, truth)).html();
        assertThat(html.split("<td", -1)).hasSize(1 + 20 * 20);
        assertThat(html)
                .containsSubsequence(">obj1<", ">obj2<", ">obj10<", ">obj20<", "<tbody>", ">obj1<")
                .contains("data-t=\"obj10: 1 of 1 right\">1</td>");
    }

    @Test
    void manyClassesBecomeAPictureAndAListOfConfusions() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            names.add("class " + i);
        }
        int[] truth = {0, 0, 0, 1, 25};
        int[] predictions = {3, 3, 0, 2, 25};
        String html =
                new ConfusionSection("c", ConfusionMatrix.of(names, truth, predictions)).html();
        assertThat(html)
                .contains("data-t=\"class 0 taken for class 3: 2 of 3\"")
                .containsSubsequence(">class 0</span>", ">class 4</span>", ">class 96</span>")
                .containsSubsequence(
                        "class 0</th><td>class 3</td><td>2</td><td>33.3\u00a0%",
                        "class 1</th><td>class 2</td><td>1</td><td>0.0\u00a0%")
                .doesNotContain("class 25</th>");
    }

    @Test
    void tablesRefuseRaggedRows() {
        assertThatThrownBy(
                        () -> new TableSection("t", List.of("a", "b"), List.of(List.of("1")), ""))
                .hasMessageContaining("table 't', row 0: expected 2 cells, found 1");
    }

    /** Points on a line: one direction has it all. */
    @Test
    void principalComponents() {
        FeatureSet line = FeatureSet.of(new float[] {0, 0, 3, 4, 6, 8}, 2);
        Pca pca = Pca.of(line, 2);
        assertThat(pca.explained()).containsExactly(new double[] {1, 0}, within(1e-12));
        assertThat(pca.projection()[0][0]).isCloseTo(-5, within(1e-9));
        assertThat(pca.projection()[2][0]).isCloseTo(5, within(1e-9));
        assertThatThrownBy(() -> Pca.of(line, 3)).hasMessageContaining("1 to 2 components");
    }

    /** One section of every kind. */
    static Report report() throws IOException {
        int[] truth = {0, 1, 1};
        int[] predictions = {0, 1, 0};
        ConfusionMatrix confusion = ConfusionMatrix.of(NAMES, truth, predictions);
        ProbeResult knn = new ProbeResult("k-NN", Map.of("k", "20"), predictions, confusion);
        Random random = new Random(1);
        float[] values = new float[100 * 4];
        int[] labels = new int[100];
        for (int i = 0; i < values.length; i++) {
            labels[i / 4] = i / 4 % 2;
            values[i] = (float) random.nextGaussian() + 2 * labels[i / 4];
        }
        FeatureSet features = FeatureSet.of(values, 4).withLabels(labels, NAMES);
        LineChart loss =
                LineChart.builder()
                        .series("loss", new double[] {1, 2, 3}, new double[] {3, 2, 1})
                        .build();
        return Report.builder()
                .title("A run & its report")
                .provenance(Map.of("data hash", "abc"))
                .add(TableSection.ofProbes("Probes", List.of(knn), List.of(80.4)))
                .verdict("Better < best")
                .facts(Map.of("Data", "a & b"))
                .add(new PictureSection("Loss", loss, "Training loss, step by step"))
                .add(
                        new ChartSection(
                                "Curve",
                                "step",
                                ChartSection.Scale.LINEAR,
                                List.of(
                                        new ChartSection.Series(
                                                "<loss>",
                                                new double[] {1, 2, 3},
                                                new double[] {30, 20, 10},
                                                false)),
                                "A curve"))
                .add(new ConfusionSection("Confusion", confusion))
                .add(
                        PictureSection.ofNeighbours(
                                "Nearest neighbours",
                                KnnProbe.builder().k(3).build().neighbours(features, features),
                                ReportTest::image,
                                ReportTest::image,
                                0,
                                1))
                .add(new FeatureMapSection("Map", features))
                .add(
                        new FeatureMapSection(
                                "Neighbours", features, FeatureMapSection.Projection.TSNE))
                .build();
    }

    private static PixelImage image(int row) {
        byte[] pixels = new byte[8 * 8];
        Arrays.fill(pixels, (byte) (row * 2));
        return new PixelImage(8, 8, 1, pixels);
    }

    @Test
    void thumbnailsHaveNamesCaptionsAndAPlaceWhereThereIsNoImage() {
        ThumbnailSection section =
                new ThumbnailSection(
                        "Alike",
                        List.of(
                                new ThumbnailSection.Thumbnail(
                                        new byte[] {1, 2}, "a<b>.png", "0.9"),
                                new ThumbnailSection.Thumbnail(new byte[0], "gone.png", "")),
                        "note");
        assertThat(section.html())
                .contains("<p>note</p>", "data:image/png;base64,AQI=", "a&lt;b&gt;.png</li>")
                .contains("<b>0.9</b>", "no image</span>gone.png");
    }
}
