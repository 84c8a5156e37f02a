package org.soda4j.examples.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.training.listener.RunEvent;

/** What the page of a run that is going on answers, and to whom. */
class LivePageTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir private Path folder;

    private static HttpResponse<String> get(URI uri) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void showsTheTrainingToThisMachineUntilItEnds() throws Exception {
        URI uri;
        try (LivePage page = LivePage.start(0, folder.resolve("run"), "SODA on <images>")) {
            uri = page.uri();
            assertThat(uri.getHost()).isEqualTo("127.0.0.1");
            page.listener().begin(new RunEvent.Begin(Instant.EPOCH, 0, 0, 1, 9, 1, 8), null);
            page.listener()
                    .step(
                            new RunEvent.Step(
                                    Instant.EPOCH,
                                    3,
                                    24,
                                    1,
                                    9,
                                    0.5,
                                    0.5,
                                    1e-3,
                                    1e-3,
                                    1,
                                    10,
                                    Duration.ofSeconds(5),
                                    Duration.ofSeconds(7)));
            HttpResponse<String> answer = get(uri);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                    .startsWith("default-src 'none'; ")
                    .endsWith("; connect-src 'self'");
            assertThat(answer.body())
                    .contains("SODA on &lt;images&gt;", "Step 3 of 9 (33 %), about 7 seconds left")
                    .contains("<h2>Training loss</h2>", "<main data-refresh=\"5\">");
            assertThat(get(uri.resolve("/config.json")).statusCode()).isEqualTo(404);
            assertThat(foreign(uri.getPort())).startsWith("HTTP/1.1 403");
            assertThatThrownBy(() -> LivePage.start(uri.getPort(), folder, "second"))
                    .isInstanceOf(BindException.class);
        }
        URI gone = uri;
        assertThatThrownBy(() -> get(gone)).isInstanceOf(ConnectException.class);
    }

    /** A name of another site that leads to this machine. */
    private static String foreign(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "GET / HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
