package org.soda4j.examples.explore;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.soda4j.examples.web.PageServer;
import org.soda4j.examples.web.PageServer.Refused;
import org.soda4j.image.PixelImage;

/** The page and what it asks for, over HTTP. */
public final class ExploreServer implements AutoCloseable {

    static final int MAX_UPLOAD_BYTES = 8 << 20;
    static final int REQUEST_SECONDS = PageServer.REQUEST_SECONDS;

    /** A slider that is moved gives up some drawings a second, which are not to fill the queue. */
    private static final int PULSE_MILLIS = 100;

    private static final int MAX_REQUEST_BYTES = 64 << 10;
    private static final String POLICY =
            "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'";
    private static final Map<String, String> FILES =
            Map.of("/", "text/html", "/page.js", "text/javascript", "/page.css", "text/css");

    private final ObjectMapper json = new ObjectMapper();
    private final ExploreModel model;
    private final PageServer server;
    final DrawingQueue drawings = new DrawingQueue();

    /** Images that are decoded at a time, each of which may take a hundred megabytes. */
    private final Semaphore opening = new Semaphore(2, true);

    private ExploreServer(ExploreModel model, InetSocketAddress address) throws IOException {
        this.model = model;
        server = PageServer.start(address, POLICY, this::answer);
    }

    public static ExploreServer start(ExploreModel model, InetSocketAddress address)
            throws IOException {
        return new ExploreServer(model, address);
    }

    public URI uri() {
        return server.uri();
    }

    private void answer(HttpExchange exchange) throws IOException, Refused, InterruptedException {
        String path = Objects.requireNonNullElse(exchange.getRequestURI().getPath(), "");
        String method = exchange.getRequestMethod();
        String page = FILES.get(path);
        String sample = "/samples/";
        if (method.equals("GET") && page != null) {
            PageServer.send(exchange, 200, page + "; charset=utf-8", resource(path));
        } else if (method.equals("GET") && path.equals("/model")) {
            PageServer.send(
                    exchange, 200, "application/json", json.writeValueAsBytes(model.description()));
        } else if (method.equals("GET") && path.startsWith(sample)) {
            PixelImage image = model.sample(number(path.substring(sample.length())));
            PageServer.send(exchange, 200, "image/png", model.png(image));
        } else if (method.equals("POST") && path.startsWith(sample)) {
            int index = number(path.substring(sample.length()));
            opened(exchange, () -> model.encodeSample(index));
        } else if (method.equals("POST") && path.equals("/images")) {
            byte[] file = body(exchange, MAX_UPLOAD_BYTES);
            opened(exchange, () -> model.encode(model.decode(file)));
        } else if (method.equals("GET") && path.equals("/neighbours")) {
            byte[] picture = decoded(() -> model.thumbnail(id(exchange)));
            PageServer.send(exchange, 200, "image/png", picture);
        } else if (method.equals("POST") && path.equals("/neighbours/open")) {
            opened(exchange, () -> model.encodeNeighbour(id(exchange)));
        } else if (method.equals("POST") && path.equals("/neighbours")) {
            byte[] text = body(exchange, MAX_REQUEST_BYTES);
            ExploreModel.NeighbourRequest request =
                    json.readValue(text, ExploreModel.NeighbourRequest.class);
            Map<String, Object> found = decoded(() -> model.neighbours(request));
            PageServer.send(exchange, 200, "application/json", json.writeValueAsBytes(found));
        } else if (method.equals("POST") && path.equals("/draw")) {
            byte[] text = body(exchange, MAX_REQUEST_BYTES);
            draw(exchange, json.readValue(text, ExploreModel.Request.class));
        } else {
            throw new Refused(404, "nothing at " + method + " " + path);
        }
    }

    private static int number(String text) throws Refused {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new Refused(404, "expected the number of a sample, found " + text);
        }
    }

    private static byte[] resource(String path) throws IOException {
        String name = path.equals("/") ? "page.html" : path.substring(1);
        try (InputStream in = ExploreServer.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** Never more than the limit is read, whatever the length header says. */
    private static byte[] body(HttpExchange exchange, int limit) throws IOException, Refused {
        byte[] bytes = exchange.getRequestBody().readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw new Refused(
                    413,
                    "expected a file of at most %d MB, found a larger one"
                            .formatted(Math.max(1, limit >> 20)));
        }
        return bytes;
    }

    /** The rest of {@code ?id=...}. */
    private static String id(HttpExchange exchange) {
        String query = exchange.getRequestURI().getQuery();
        return query != null && query.startsWith("id=") ? query.substring(3) : null;
    }

    private <T> T decoded(Supplier<T> work) throws InterruptedException {
        opening.acquire();
        try {
            return work.get();
        } finally {
            opening.release();
        }
    }

    private void opened(HttpExchange exchange, Supplier<ExploreModel.Uploaded> image)
            throws IOException, InterruptedException {
        ExploreModel.Uploaded uploaded = decoded(image);
        Map<String, String> answer = Map.of("id", uploaded.id(), "image", url(uploaded.png()));
        PageServer.send(exchange, 200, "application/json", json.writeValueAsBytes(answer));
    }

    private static String url(byte[] png) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }

    /**
     * One line of JSON a step, the image in the last. While there is no news, a line now and then
     * finds out whether the page is still there; one that left ends the sampling, or its waiting.
     */
    private void draw(HttpExchange exchange, ExploreModel.Request request)
            throws IOException, InterruptedException, Refused {
        DrawingQueue.Drawing drawing = model.drawing(request);
        DrawingQueue.Ticket ticket;
        try {
            ticket = drawings.submit(drawing);
        } catch (RejectedExecutionException e) {
            exchange.getResponseHeaders().set("Retry-After", "5");
            throw new Refused(
                    429,
                    "expected at most %d drawings that wait, found as many; try again soon"
                            .formatted(DrawingQueue.MOST_WAITING));
        }
        Lines lines = new Lines(exchange);
        try {
            for (boolean done = false; !done; ) {
                Optional<DrawingQueue.News> news = ticket.next(PULSE_MILLIS, TimeUnit.MILLISECONDS);
                if (news.isEmpty()) {
                    lines.add(Map.of("waiting", ticket.before()));
                } else {
                    done = tell(news.get(), lines);
                }
            }
        } finally {
            ticket.cancel();
        }
    }

    /** Whether that was the last. */
    private static boolean tell(DrawingQueue.News news, Lines lines) throws IOException {
        if (news.failure() != null) {
            if (lines.out == null) {
                throw news.failure(); // There is a status for it still.
            }
            lines.add(Map.of("error", String.valueOf(news.failure().getMessage())));
            return true;
        }
        boolean last = news.picture() != null;
        lines.add(
                last
                        ? Map.of("image", url(news.picture()))
                        : Map.of("step", news.step(), "of", news.count()));
        return last;
    }

    /** Opens the answer with its first line, so that a refusal before it has its own status. */
    private final class Lines {
        private final HttpExchange exchange;
        private OutputStream out;

        Lines(HttpExchange exchange) {
            this.exchange = exchange;
        }

        void add(Map<String, Object> line) throws IOException {
            if (out == null) {
                exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
                exchange.sendResponseHeaders(200, 0);
                out = exchange.getResponseBody();
            }
            out.write(json.writeValueAsBytes(line));
            out.write('\n');
            out.flush();
        }
    }

    @Override
    public void close() {
        drawings.close();
        server.close();
    }
}
