package org.soda4j.examples.explore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the page's server answers, to its page and to everybody else. */
class ExploreServerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static ExploreFixture fixture;

    @BeforeAll
    static void start() throws Exception {
        fixture = new ExploreFixture();
    }

    @AfterAll
    static void stop() throws Exception {
        fixture.close();
    }

    private static HttpResponse<String> post(String path, byte[] body, String... headers)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(fixture.server.uri().resolve(path))
                        .POST(BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        URI uri = fixture.server.uri().resolve(path);
        return CLIENT.send(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static byte[] png(int width, int height) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", bytes);
        return bytes.toByteArray();
    }

    private static String open() throws Exception {
        HttpResponse<String> opened = post("images", png(40, 30));
        assertThat(opened.statusCode()).isEqualTo(200);
        return JSON.readTree(opened.body()).get("id").asText();
    }

    private static String request(String first, String second, String mix, String steps) {
        return """
        {"first": "%s", "second": %s, "keep": [true, true, false], "mix": %s,
         "move": [[0, 1, 0], [0, 0, -2], [0, 0, 0]], "guidance": 0.3, "steps": %s, "seed": 1}
        """
                .formatted(first, second == null ? "null" : '"' + second + '"', mix, steps);
    }

    private static HttpResponse<String> draw(String json) throws Exception {
        return post("draw", json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bindsToLoopbackAndServesThePageAlone() throws Exception {
        assertThat(fixture.server.uri().getHost()).isEqualTo("127.0.0.1");
        HttpResponse<String> page = get("");
        assertThat(page.body()).contains("Explore a latent").doesNotContain("http://", "https://");
        assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
        assertThat(get("page.js").body()).doesNotContain("http://", "https://");
        assertThat(get("page.css").statusCode()).isEqualTo(200);
        JsonNode model = JSON.readTree(get("model").body());
        assertThat(model.get("sections")).hasSize(3);
        assertThat(model.get("samples").asInt()).isEqualTo(12);
        for (String path :
                List.of("other", "samples/12", "samples/-1", "samples/x", "../pom.xml")) {
            assertThat(get(path).statusCode()).as(path).isIn(400, 404);
        }
    }

    @Test
    void drawsWithProgressAndEditsMatter() throws Exception {
        String id = open();
        String[] lines =
                draw(request(id, null, "[false, false, false]", "4"))
                        .body()
                        .lines()
                        .filter(line -> !line.contains("waiting"))
                        .toArray(String[]::new);
        assertThat(lines).hasSize(5);
        assertThat(lines[0]).isIn("{\"step\":1,\"of\":4}", "{\"of\":4,\"step\":1}");
        String url = JSON.readTree(lines[4]).get("image").asText();
        byte[] bytes = Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1));
        BufferedImage drawn = ImageIO.read(new ByteArrayInputStream(bytes));
        assertThat(drawn.getWidth()).isEqualTo(16);
        String other = request(id, null, "[false, false, false]", "4").replace("1, 0]", "4, 0]");
        assertThat(draw(other).body()).doesNotContain(lines[4]);
        String sample = JSON.readTree(post("samples/3", new byte[0]).body()).get("id").asText();
        assertThat(draw(request(id, sample, "[true, false, false]", "1")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void independentComponentsMoveTheWholeLatent() throws Exception {
        String id = open();
        int components = JSON.readTree(get("model").body()).get("independent").size();
        assertThat(components).isGreaterThanOrEqualTo(8);
        String still = request(id, null, "[false, false, false]", "1");
        String head = "{\"independent\": [%s0], ";
        String unmoved = still.replace("{", head.formatted("0, ".repeat(components - 1)));
        assertThat(last(draw(unmoved))).isEqualTo(last(draw(still)));
        String moved = still.replace("{", head.formatted("3, ".repeat(components - 1)));
        assertThat(last(draw(moved))).isNotEqualTo(last(draw(still)));
        HttpResponse<String> refused = draw(still.replace("{", head.formatted("")));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .contains("independent: expected %d values, found".formatted(components));
    }

    private static String last(HttpResponse<String> drawn) {
        return drawn.body().lines().reduce((a, b) -> b).orElseThrow();
    }

    @Test
    void refusesBadUploads() throws Exception {
        byte[] good = png(64, 64);
        byte[] truncated = Arrays.copyOf(good, good.length / 2);
        assertThat(post("images", truncated).statusCode()).isEqualTo(415);
        assertThat(post("images", new byte[0]).statusCode()).isEqualTo(415);
        byte[] html = "<html><script>".getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> refused = post("images", html);
        assertThat(refused.statusCode()).isEqualTo(415);
        assertThat(JSON.readTree(refused.body()).get("error").asText()).contains("uploaded file");
        byte[] bomb = png(8000, 8000); // A few kilobytes that declare 64 M pixels.
        assertThat(bomb.length).isLessThan(ExploreServer.MAX_UPLOAD_BYTES);
        HttpResponse<String> large = post("images", bomb);
        assertThat(large.statusCode()).isEqualTo(415);
        assertThat(large.body()).contains("25,000,000 pixels");
        assertThat(get("").statusCode()).isEqualTo(200); // It is still there.
    }

    @Test
    void readsNoMoreThanTheLimit() throws Exception {
        HttpResponse<String> refused = post("images", new byte[ExploreServer.MAX_UPLOAD_BYTES + 1]);
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(refused.body()).contains("at most 8 MB");
    }

    @Test
    void refusesRequestsThatDoNotFit() throws Exception {
        String id = open();
        String no = "[false, false, false]";
        assertThat(draw("{").statusCode()).isEqualTo(400);
        assertThat(draw("[]").statusCode()).isEqualTo(400);
        HttpResponse<String> nothing = draw("null");
        assertThat(nothing.statusCode()).isEqualTo(400);
        assertThat(nothing.body()).contains("expected what to draw, found null");
        for (byte[] noText : new byte[][] {{}, {(byte) 0xff, (byte) 0xfe, 1}, {'"', (byte) 0xc3}}) {
            assertThat(post("draw", noText).statusCode()).isEqualTo(400);
        }
        assertThat(draw(request("nobody", null, no, "4")).body()).contains("open it again");
        assertThat(draw(request(id, null, "[true, false, false]", "4")).body())
                .contains("second image");
        assertThat(draw(request(id, null, "[false]", "4")).body())
                .contains("mix: expected 3 values");
        assertThat(draw(request(id, null, no, "0")).body()).contains("steps: expected 1 to 250");
        assertThat(draw(request(id, null, no, "4").replace("0.3", "1e9")).statusCode())
                .isEqualTo(400);
        assertThat(draw(request(id, null, no, "4").replace("[0, 1, 0]", "[0, \"NaN\", 0]")).body())
                .contains("standard deviations");
        assertThat(draw(request(id, null, no, "4").replace("[0, 1, 0]", "null")).statusCode())
                .isEqualTo(400);
    }

    private static HttpResponse<String> neighbours(String image, String count) throws Exception {
        String request = "{\"image\": \"%s\", \"count\": %s}".formatted(image, count);
        return post("neighbours", request.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void neighboursComeTheNearestFirstAndAreTheNextQuery() throws Exception {
        JsonNode found = JSON.readTree(neighbours(open(), "5").body());
        assertThat(found.get("of").asInt()).isEqualTo(120);
        JsonNode nearest = found.get("neighbours");
        assertThat(nearest).hasSize(5);
        for (int i = 1; i < nearest.size(); i++) {
            assertThat(nearest.get(i).get("similarity").asDouble())
                    .isLessThanOrEqualTo(nearest.get(i - 1).get("similarity").asDouble());
        }
        String id = nearest.get(0).get("id").asText();
        HttpResponse<byte[]> picture =
                CLIENT.send(
                        HttpRequest.newBuilder(fixture.server.uri().resolve("neighbours?id=" + id))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        BufferedImage thumbnail = ImageIO.read(new ByteArrayInputStream(picture.body()));
        assertThat(Math.max(thumbnail.getWidth(), thumbnail.getHeight())).isEqualTo(96);
        HttpResponse<String> opened = post("neighbours/open?id=" + id, new byte[0]);
        String next = JSON.readTree(opened.body()).get("id").asText();
        JsonNode onwards = JSON.readTree(neighbours(next, "39").body()).get("neighbours");
        assertThat(onwards.findValuesAsText("id")).hasSize(39).doesNotContain(id);
        // One of the page's own images does not find itself either.
        String sample = JSON.readTree(post("samples/2", new byte[0]).body()).get("id").asText();
        assertThat(
                        JSON.readTree(neighbours(sample, "1").body())
                                .at("/neighbours/0/similarity")
                                .asDouble())
                .isLessThan(1);
    }

    @Test
    void refusesNeighboursThatThereAreNot() throws Exception {
        String image = open();
        for (String count : List.of("0", "49", "-1")) {
            HttpResponse<String> refused = neighbours(image, count);
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("count: expected 1 to 48");
        }
        assertThat(neighbours("nobody", "3").body()).contains("open it again");
        assertThat(post("neighbours", "null".getBytes(StandardCharsets.UTF_8)).statusCode())
                .isEqualTo(400);
        for (String query : List.of("", "?id=", "?id=120", "?id=../pom.xml", "?other=1")) {
            HttpResponse<String> refused = get("neighbours" + query);
            assertThat(refused.statusCode()).as(query).isEqualTo(400);
            assertThat(refused.body()).contains("id: expected that of an image");
            assertThat(post("neighbours/open" + query, new byte[0]).statusCode()).isEqualTo(400);
        }
        assertThat(post("neighbours", new byte[(64 << 10) + 1]).statusCode()).isEqualTo(413);
        assertThat(get("neighbours/open?id=1").statusCode()).isEqualTo(404);
    }

    /** Each has its own thread and is cut off after half a minute; the page comes before that. */
    @Test
    void connectionsThatNeverFinishKeepNobodyUp() throws Exception {
        URI uri = fixture.server.uri();
        List<Socket> stuck = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Socket socket = new Socket(uri.getHost(), uri.getPort());
                stuck.add(socket);
                String request =
                        i % 2 == 0
                                ? "GET / HTTP/1.1\r\nHost: "
                                : "POST /draw HTTP/1.1\r\nHost: %s\r\nContent-Length: 99\r\n\r\n{"
                                        .formatted(uri.getAuthority());
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            }
            Duration limit = Duration.ofSeconds(ExploreServer.REQUEST_SECONDS / 2);
            HttpRequest page = HttpRequest.newBuilder(uri).timeout(limit).build();
            assertThat(CLIENT.send(page, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        } finally {
            for (Socket socket : stuck) {
                socket.close();
            }
        }
    }

    @Test
    void drawingsBeyondTheQueueAreAnsweredSo() throws Exception {
        String drawing = request(open(), null, "[false, false, false]", "1");
        CountDownLatch end = new CountDownLatch(1);
        List<DrawingQueue.Ticket> tickets = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        tickets.add(fixture.server.drawings.submit(progress -> blocked(begun, end)));
        begun.await();
        while (tickets.size() <= DrawingQueue.MOST_WAITING) {
            tickets.add(fixture.server.drawings.submit(progress -> new byte[1]));
        }
        HttpResponse<String> refused = draw(drawing);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("at most 8 drawings that wait");
        assertThat(get("").statusCode()).as("the page is there").isEqualTo(200);
        tickets.get(8).cancel();
        end.countDown();
        assertThat(draw(drawing).statusCode()).isEqualTo(200);
    }

    private static byte[] blocked(CountDownLatch begun, CountDownLatch end) {
        begun.countDown();
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new byte[1];
    }

    @Test
    void aPageThatLeavesStopsItsDrawing() throws Exception {
        byte[] body =
                request(open(), null, "[false, false, false]", "250")
                        .getBytes(StandardCharsets.UTF_8);
        int before = fixture.server.drawings.stopped();
        URI uri = fixture.server.uri();
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST /draw HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n"
                            .formatted(uri.getAuthority(), body.length)
                            .getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        // The next in the queue begins when the drawing has ended.
        DrawingQueue.Ticket next = fixture.server.drawings.submit(progress -> new byte[1]);
        assertThat(next.next(1, TimeUnit.MINUTES)).isPresent();
        assertThat(fixture.server.drawings.stopped()).isEqualTo(before + 1);
    }

    @Test
    void answersNobodyElse() throws Exception {
        assertThat(post("images", png(8, 8), "Origin", "http://evil.example").statusCode())
                .isEqualTo(403);
        // The JDK's client sets Host itself, so this one is written by hand.
        URI uri = fixture.server.uri();
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403");
        }
    }
}
