package org.soda4j.examples.explore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * The page and what it asks for, over HTTP. Only requests that name this server as their host are
 * answered, so that no other site a browser has open can use it through a name of its own.
 */
public final class ExploreServer implements AutoCloseable {

    static final int MAX_UPLOAD_BYTES = 8 << 20;
    static final int REQUEST_SECONDS = 30;

    /** A slider that is moved gives up some drawings a second, which are not to fill the queue. */
    private static final int PULSE_MILLIS = 100;

    private static final int ANSWER_SECONDS = 1800;
    private static final int MOST_CONNECTIONS = 512;
    private static final int MAX_REQUEST_BYTES = 64 << 10;
    private static final Map<String, String> FILES =
            Map.of("/", "text/html", "/page.js", "text/javascript", "/page.css", "text/css");

    private final ObjectMapper json = new ObjectMapper();
    private final ExploreModel model;
    private final HttpServer server;
    final DrawingQueue drawings = new DrawingQueue();

    /** One for every connection that is at work: one that never finishes keeps nobody else up. */
    private final ExecutorService threads =
            new ThreadPoolExecutor(
                    0, MOST_CONNECTIONS, 10, TimeUnit.SECONDS, new SynchronousQueue<>());

    /** Images that are decoded at a time, each of which may take a hundred megabytes. */
    private final Semaphore opening = new Semaphore(2, true);

    // For all of the JDK's servers of this process, which is a program's, and read once.
    static {
        limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
        limit("sun.net.httpserver.maxRspTime", ANSWER_SECONDS);
        limit("jdk.httpserver.maxConnections", 2 * MOST_CONNECTIONS);
    }

    private static void limit(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    private ExploreServer(ExploreModel model, HttpServer server) {
        this.model = model;
        this.server = server;
    }

    public static ExploreServer start(ExploreModel model, InetSocketAddress address)
            throws IOException {
        ExploreServer explore =
                new ExploreServer(model, HttpServer.create(address, MOST_CONNECTIONS));
        explore.server.createContext("/", explore::handle);
        explore.server.setExecutor(explore.threads);
        explore.server.start();
        return explore;
    }

    public URI uri() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        String name = host.contains(":") ? "[" + host + "]" : host;
        return URI.create("http://" + name + ":" + address.getPort() + "/");
    }

    /** A request that is answered with an error of its own. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.getResponseHeaders()
                    .set(
                            "Content-Security-Policy",
                            "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'");
            try {
                requireOwn(exchange);
                answer(exchange);
            } catch (Refused e) {
                error(exchange, e.status, e.getMessage());
            } catch (DatasetException e) {
                error(exchange, 415, e.getMessage());
            } catch (IllegalArgumentException
                    | JsonProcessingException
                    | CharConversionException e) {
                error(exchange, 400, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                error(exchange, 503, "the server is stopping");
            } catch (RuntimeException e) {
                error(exchange, 500, "the server failed: " + e);
            }
        }
    }

    private void requireOwn(HttpExchange exchange) throws Refused {
        String host = exchange.getRequestHeaders().getFirst("Host");
        URI own = uri();
        boolean loopback = server.getAddress().getAddress().isLoopbackAddress();
        boolean named =
                own.getAuthority().equals(host)
                        || (loopback && ("localhost:" + own.getPort()).equals(host));
        // On a public address the name that leads there is not known.
        if (loopback && !named) {
            throw new Refused(403, "expected the host " + own.getAuthority() + ", found " + host);
        }
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        if (origin != null && !origin.equals("http://" + host)) {
            throw new Refused(403, "expected a request of this page, found one of " + origin);
        }
    }

    private void answer(HttpExchange exchange) throws IOException, Refused, InterruptedException {
        String path = Objects.requireNonNullElse(exchange.getRequestURI().getPath(), "");
        String method = exchange.getRequestMethod();
        String page = FILES.get(path);
        String sample = "/samples/";
        if (method.equals("GET") && page != null) {
            send(exchange, 200, page + "; charset=utf-8", resource(path));
        } else if (method.equals("GET") && path.equals("/model")) {
            send(exchange, 200, "application/json", json.writeValueAsBytes(model.description()));
        } else if (method.equals("GET") && path.startsWith(sample)) {
            PixelImage image = model.sample(number(path.substring(sample.length())));
            send(exchange, 200, "image/png", model.png(image));
        } else if (method.equals("POST") && path.startsWith(sample)) {
            int index = number(path.substring(sample.length()));
            opened(exchange, () -> model.sample(index));
        } else if (method.equals("POST") && path.equals("/images")) {
            byte[] file = body(exchange, MAX_UPLOAD_BYTES);
            opened(exchange, () -> model.decode(file));
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

    private void opened(HttpExchange exchange, Supplier<PixelImage> image)
            throws IOException, InterruptedException {
        ExploreModel.Uploaded uploaded;
        opening.acquire();
        try {
            uploaded = model.encode(image.get());
        } finally {
            opening.release();
        }
        Map<String, String> answer = Map.of("id", uploaded.id(), "image", url(uploaded.png()));
        send(exchange, 200, "application/json", json.writeValueAsBytes(answer));
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

    private void error(HttpExchange exchange, int status, String message) throws IOException {
        if (exchange.getResponseCode() == -1) {
            byte[] body = json.writeValueAsBytes(Map.of("error", String.valueOf(message)));
            send(exchange, status, "application/json", body);
        }
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        drawings.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
