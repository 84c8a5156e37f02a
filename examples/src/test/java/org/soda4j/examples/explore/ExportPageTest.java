package org.soda4j.examples.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.onnx.OnnxExport;
import org.soda4j.examples.export.ExportFixture;
import org.soda4j.examples.export.PageFiles;

/**
 * The exported page in a browser. It needs Chromium and the npm package onnxruntime-web, unpacked
 * where {@code -Dsoda.onnxruntime.web} says.
 */
class ExportPageTest {

    @Test
    void aDroppedImageIsEncodedAsInJava(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder)
            throws Exception {
        String web = System.getProperty("soda.onnxruntime.web");
        assumeTrue(Chromium.installed() && web != null, "needs Chromium and onnxruntime-web");
        ExportFixture fixture = new ExportFixture(folder);
        Path page = Files.createDirectory(folder.resolve("page"));
        Path image = fixture.pictures().resolve("green/2.png"); // The first of the gallery.
        ImageFolder images = ImageFolder.builder().root(fixture.pictures()).build();
        float[] expected;
        try (Soda soda = Soda.load(fixture.model(), Device.cpu(), Precision.FP32)) {
            PageFiles.write(page, PageFiles.runtime(Path.of(web)), soda, images);
            OnnxExport.encoder(soda).uint8(true).write(page.resolve("encoder-uint8.onnx"));
            expected = FeatureExtractor.of(soda).extract(images).row(0);
        }
        HttpServer server = serve(page);
        Path profile = Files.createDirectory(folder.resolve("profile"));
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        try (Chromium browser = new Chromium(profile, uri)) {
            browser.waitFor("document.body && document.body.dataset.ready");
            browser.drop("#status", image);
            browser.waitFor("document.body.dataset.encoded == 1");
            assertThat(browser.evaluate("document.getElementById('status').textContent").asText())
                    .isEmpty();
            String nearest = ".result .neighbours figcaption";
            assertThat(
                            browser.evaluate(
                                            "document.querySelector('" + nearest + "').textContent")
                                    .asText())
                    .isEqualTo(name(images, 0));
            browser.click("#gallery button", 0);
            browser.waitFor("document.body.dataset.encoded == 2");
            JsonNode text = browser.evaluate("document.querySelector('.result code').textContent");
            String[] numbers = text.asText().split(" ");
            assertThat(numbers).hasSameSizeAs(expected);
            for (int i = 0; i < expected.length; i++) {
                assertThat(Math.abs(Double.parseDouble(numbers[i]) - expected[i]))
                        .isLessThan(1e-3); // Three digits are shown.
            }
        } finally {
            server.stop(0);
        }
    }

    private static String name(ImageFolder images, int index) {
        return images.classNames().get(images.label(index)) + " 1.000";
    }

    private static HttpServer serve(Path folder) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String name = exchange.getRequestURI().getPath().substring(1);
                    Path file = folder.resolve(name.isEmpty() ? "index.html" : name);
                    if (!Files.isRegularFile(file)) {
                        exchange.sendResponseHeaders(404, -1);
                        return;
                    }
                    String type =
                            name.endsWith("js")
                                    ? "text/javascript"
                                    : name.endsWith("wasm")
                                            ? "application/wasm"
                                            : name.endsWith("css") ? "text/css" : "text/html";
                    exchange.getResponseHeaders().set("Content-Type", type);
                    exchange.sendResponseHeaders(200, Files.size(file));
                    try (var body = exchange.getResponseBody()) {
                        Files.copy(file, body);
                    }
                });
        server.start();
        return server;
    }
}
