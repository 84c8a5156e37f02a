package org.soda4j.examples.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page in a browser, by mouse and by keyboard. */
class ExploreBrowserTest {

    private static final int SHIFT = 8;

    @Test
    void aPersonCanEditAnImage(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder)
            throws Exception {
        assumeTrue(Chromium.installed(), "Chromium is not installed");
        Path profile = Files.createDirectory(folder.resolve("profile"));
        try (ExploreFixture fixture = new ExploreFixture();
                Chromium browser = new Chromium(profile, fixture.server.uri())) {
            browser.waitFor("document.body && document.body.dataset.ready");
            browser.evaluate("document.getElementById('steps').value = 4");

            // A click opens a sample and draws it.
            browser.click("#sample-2", 0);
            browser.waitFor("document.body.dataset.drawn == 1");
            String first = drawn(browser);
            assertThat(first).startsWith("data:image/png");
            assertThat(browser.evaluate("document.getElementById('status').textContent").asText())
                    .isEqualTo("Drawn.");
            assertThat(browser.evaluate("document.getElementById('progress').value").asInt())
                    .isEqualTo(4);

            // Its neighbours are there, not itself; a click goes on from one.
            browser.waitFor("document.body.dataset.neighbours == 1");
            assertThat(text(browser, "about-neighbours")).startsWith("The most alike of 120,");
            assertThat(
                            browser.evaluate("document.querySelectorAll('#neighbours img').length")
                                    .asInt())
                    .isEqualTo(12);
            String nearest = text(browser, "neighbour-0");
            browser.click("#neighbour-0", 0);
            browser.waitFor("document.body.dataset.neighbours == 2 && " + idle());
            assertThat(text(browser, "neighbour-0")).isNotEqualTo(nearest);
            assertThat(drawn(browser)).isNotEqualTo(first);
            browser.click("#sample-2", 0);
            browser.waitFor("document.body.dataset.neighbours == 3 && " + idle());
            assertThat(text(browser, "neighbour-0")).isEqualTo(nearest);

            // Arrow keys move a slider, and the image with it.
            browser.evaluate("document.getElementById('move-0-0').focus()");
            for (int i = 0; i < 8; i++) {
                browser.key("ArrowRight", 39);
            }
            browser.waitFor("document.getElementById('move-0-0').value == 2 && " + idle());
            assertThat(browser.evaluate("document.getElementById('move-0-0').value").asText())
                    .isEqualTo("2");
            String moved = drawn(browser);
            assertThat(moved).isNotEqualTo(first);

            // So does one of an independent component.
            browser.evaluate("document.getElementById('independent-0').focus()");
            for (int i = 0; i < 8; i++) {
                browser.key("ArrowRight", 39);
            }
            browser.waitFor("document.getElementById('independent-0').value == 2 && " + idle());
            assertThat(drawn(browser)).isNotEqualTo(moved);
            moved = drawn(browser);
            browser.evaluate("document.getElementById('move-0-0').focus()");

            // Tab goes on to the next control, Space switches a section off.
            browser.key("Tab", 9);
            assertThat(browser.evaluate("document.activeElement.id").asText())
                    .isEqualTo("move-0-1");
            browser.evaluate("document.getElementById('keep-1').focus()");
            browser.key("Space", 32);
            browser.waitFor("!document.getElementById('keep-1').checked && " + idle());
            assertThat(drawn(browser)).isNotEqualTo(moved);

            // Mixing is off until there is a second image.
            assertThat(browser.evaluate("document.getElementById('mix-0').disabled").asBoolean())
                    .isTrue();
            browser.click("#sample-5", SHIFT);
            browser.waitFor("document.body.dataset.second && " + idle());
            String before = drawn(browser);
            browser.click("#mix-0", 0);
            browser.waitFor("document.getElementById('mix-0').checked && " + idle());
            assertThat(drawn(browser)).isNotEqualTo(before);

            // The guidance is dragged, or moved by keys.
            browser.evaluate("document.getElementById('guidance').focus()");
            browser.key("End", 35);
            browser.waitFor("document.getElementById('guidance').value == 4 && " + idle());
            assertThat(
                            browser.evaluate(
                                            "document.getElementById('guidance-value').textContent")
                                    .asText())
                    .isEqualTo("4");

            // A file that is no image is refused, and everything goes on.
            Path text = Files.writeString(folder.resolve("cat.png"), "no image");
            browser.chooseFile("#file-first", text);
            browser.waitFor("!document.getElementById('error').hidden");
            assertThat(browser.evaluate("document.getElementById('error').textContent").asText())
                    .contains("Not opened")
                    .contains("uploaded file");
            Path real = folder.resolve("real.png");
            ImageIO.write(
                    new BufferedImage(90, 60, BufferedImage.TYPE_INT_RGB), "png", real.toFile());
            String old = browser.evaluate("document.body.dataset.first").asText();
            browser.chooseFile("#file-first", real);
            browser.waitFor("document.body.dataset.first != '" + old + "' && " + idle());
            assertThat(browser.evaluate("document.getElementById('error').hidden").asBoolean())
                    .isTrue();

            // Files are dropped on either frame; beside them nothing happens, least of all to the
            // page.
            String chosen = browser.evaluate("document.body.dataset.first").asText();
            browser.drop("#drop-first", real);
            browser.waitFor("document.body.dataset.first != '" + chosen + "' && " + idle());
            String second = browser.evaluate("document.body.dataset.second").asText();
            browser.drop("#drop-second", real);
            browser.waitFor("document.body.dataset.second != '" + second + "' && " + idle());
            browser.drop("#drop-first", text);
            browser.waitFor("!document.getElementById('error').hidden");
            String both =
                    "document.body.dataset.first + ' ' + document.body.dataset.second + ' ' + location";
            String kept = browser.evaluate(both).asText();
            browser.drop("h1", real);
            assertThat(browser.evaluate(both).asText()).isEqualTo(kept);
            assertThat(browser.evaluate("document.querySelectorAll('.over').length").asInt())
                    .isZero();
            assertThat(
                            browser.evaluate(
                                            "document.querySelectorAll('[aria-pressed=true]').length")
                                    .asInt())
                    .as("no sample is chosen any more")
                    .isZero();

            // Enter on the focused button resets the edits.
            browser.evaluate("document.getElementById('reset').focus()");
            browser.key("Enter", 13);
            browser.waitFor("document.getElementById('move-0-0').value == 0 && " + idle());
            assertThat(browser.evaluate("document.getElementById('keep-1').checked").asBoolean())
                    .isTrue();

            // Nothing on the page is wider than the window, also on a narrow one.
            byte[] wide = browser.screenshot();
            assertThat(wide.length).isGreaterThan(1000);
            Files.write(Path.of("target", "explore.png"), wide); // To be looked at.
            browser.call(
                    "Emulation.setDeviceMetricsOverride",
                    Map.of("width", 380, "height", 800, "deviceScaleFactor", 1, "mobile", false));
            assertThat(
                            browser.evaluate(
                                            "document.documentElement.scrollWidth - window.innerWidth")
                                    .asInt())
                    .isLessThanOrEqualTo(0);
        }
    }

    /** Whether the newest edits are drawn: the timer of the last change has run, too. */
    private static String idle() {
        return "(document.getElementById('status').textContent == 'Drawn.' && !later && !state.busy)";
    }

    private static String text(Chromium browser, String id) throws Exception {
        return browser.evaluate("document.getElementById('" + id + "').textContent").asText();
    }

    private static String drawn(Chromium browser) throws Exception {
        return browser.evaluate("document.getElementById('drawn').src").asText();
    }
}
