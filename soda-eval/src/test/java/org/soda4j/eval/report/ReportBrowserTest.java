package org.soda4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report in headless Chromium; skipped where there is none. */
class ReportBrowserTest {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    @TempDir private Path folder;

    private Path report;
    private int runs;

    @BeforeEach
    void write() throws IOException {
        assumeTrue(Files.isExecutable(CHROMIUM), "no " + CHROMIUM);
        report = folder.resolve("report.html");
        ReportTest.report().save(report);
    }

    @Test
    void rendersWithoutAnErrorOnTheConsole() throws Exception {
        Path screenshot = folder.resolve("report.png");
        String log =
                chromium(report, "--window-size=1000,1400", "--screenshot=" + screenshot).log();
        assertThat(log).doesNotContain(":CONSOLE");
        BufferedImage picture = ImageIO.read(screenshot.toFile());
        int coloured = 0;
        for (int i = 0; i < picture.getWidth() * picture.getHeight(); i++) {
            int rgb = picture.getRGB(i % picture.getWidth(), i / picture.getWidth());
            coloured += (rgb & 0xFFFFFF) == 0xFFFFFF ? 0 : 1;
        }
        // Text, a chart and a matrix cover a few per cent; an empty page nothing.
        assertThat(coloured).isGreaterThan(10_000);
    }

    @Test
    void anErrorOnTheConsoleWouldBeSeen() throws Exception {
        String html = Files.readString(report);
        Files.writeString(report, html.replace("</main>", "<script>1</script></main>"));
        // The page's own policy forbids scripts, which Chromium reports.
        assertThat(chromium(report, "--dump-dom").log()).contains(":CONSOLE");
    }

    @Test
    void fitsOnAPhone() throws Exception {
        Path wrapper = folder.resolve("phone.html");
        Files.writeString(
                wrapper,
                """
                <!DOCTYPE html><iframe id="f" src="report.html" width="390" height="800"></iframe>
                <p id="p">waiting</p><script>
                addEventListener("load", () => {
                  const d = document.getElementById("f").contentDocument;
                  const images = [...d.images];
                  document.getElementById("p").textContent = "width " + d.documentElement.scrollWidth
                    + " of " + d.documentElement.clientWidth + ", broken "
                    + images.filter(i => !i.complete || i.naturalWidth === 0).length
                    + ", images " + images.length + ", sections "
                    + d.querySelectorAll("section > h2").length;
                });
                </script>
                """);
        Output output = chromium(wrapper, "--allow-file-access-from-files", "--dump-dom");
        // Nothing sticks out: tables scroll by themselves.
        assertThat(output.page()).containsPattern("width (\\d+) of \\1, broken 0, images 2");
        assertThat(output.page()).contains("sections 8");
        assertThat(output.log()).doesNotContain(":CONSOLE");
    }

    /** What a pointer finds over the middle of a chart, a point of a map and a cell of a matrix. */
    @Test
    void aPointerFindsValues() throws Exception {
        Path wrapper = folder.resolve("pointer.html");
        Files.writeString(
                wrapper,
                """
                <!DOCTYPE html><iframe id="f" src="report.html" width="900" height="800"></iframe>
                <p id="p">waiting</p><script>
                addEventListener("load", () => {
                  const d = document.getElementById("f").contentDocument;
                  const found = [".plot svg", ".map [data-t]", ".matrix [data-t]"].map(what => {
                    const at = d.querySelector(what);
                    at.scrollIntoView({ block: "center" });
                    const box = at.getBoundingClientRect();
                    const x = box.left + box.width / 2, y = box.top + box.height / 2;
                    // What lies uppermost there, as for a mouse.
                    d.elementFromPoint(x, y).dispatchEvent(new PointerEvent("pointermove",
                      { bubbles: true, clientX: x, clientY: y }));
                    return [...d.querySelectorAll("#tip div")].map(r => r.textContent).join("|");
                  });
                  document.getElementById("p").textContent = found.join("; ");
                });
                </script>
                """);
        Output output = chromium(wrapper, "--allow-file-access-from-files", "--dump-dom");
        assertThat(output.page())
                .contains("step 2|&lt;loss&gt;: 20; &lt;b&gt;dog")
                .contains("; &lt;b&gt;dog &amp; co&lt;/b&gt;: 1 of 2 right");
    }

    @Test
    void prints() throws Exception {
        Path pdf = folder.resolve("report.pdf");
        chromium(report, "--print-to-pdf=" + pdf);
        assertThat(Files.readString(pdf, StandardCharsets.ISO_8859_1)).startsWith("%PDF-");
        assertThat(Files.size(pdf)).isGreaterThan(20_000);
    }

    private record Output(String page, String log) {}

    private Output chromium(Path page, String... options) throws Exception {
        Path profile = folder.resolve("profile" + runs++);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                CHROMIUM.toString(),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--enable-logging=stderr",
                                "--user-data-dir=" + profile));
        command.addAll(List.of(options));
        command.add(page.toUri().toString());
        Path out = folder.resolve("out" + runs);
        Path log = folder.resolve("log" + runs);
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(log.toFile())
                        .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return new Output(
                Files.readString(out, StandardCharsets.ISO_8859_1),
                Files.readString(log, StandardCharsets.ISO_8859_1));
    }
}
