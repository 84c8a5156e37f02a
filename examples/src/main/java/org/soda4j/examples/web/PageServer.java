package org.soda4j.examples.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.CharConversionException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.soda4j.io.DatasetException;

/**
 * A page over HTTP. Only requests that name this server as their host are answered, so that no
 * other site a browser has open can use it through a name of its own.
 */
public final class PageServer implements AutoCloseable {

    public static final int REQUEST_SECONDS = 30;

    private static final int ANSWER_SECONDS = 1800;
    private static final int MOST_CONNECTIONS = 512;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final String policy;
    private final Pages pages;

    /** One for every connection that is at work: one that never finishes keeps nobody else up. */
    private final ExecutorService threads =
            new ThreadPoolExecutor(
                    0,
                    MOST_CONNECTIONS,
                    10,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    PageServer::thread);

    // For all of the JDK's servers of this process, which is a program's, and read once.
    static {
        limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
        limit("sun.net.httpserver.maxRspTime", ANSWER_SECONDS);
        limit("jdk.httpserver.maxConnections", 2 * MOST_CONNECTIONS);
    }

    /** What is answered. */
    @FunctionalInterface
    public interface Pages {

        /** Sends an answer, or throws what becomes an answer. */
        void answer(HttpExchange exchange) throws IOException, Refused, InterruptedException;
    }

    /** A request that is answered with an error of its own. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        public Refused(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private static void limit(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    /** A program that ends does not wait for a browser. */
    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "page");
        thread.setDaemon(true);
        return thread;
    }

    private PageServer(HttpServer server, String policy, Pages pages) {
        this.server = server;
        this.policy = policy;
        this.pages = pages;
    }

    /**
     * Starts to answer.
     *
     * @param address where to listen; port 0 for any free one
     * @param policy the pages' content security policy
     * @param pages what is answered, by several threads at once
     */
    public static PageServer start(InetSocketAddress address, String policy, Pages pages)
            throws IOException {
        PageServer started =
                new PageServer(HttpServer.create(address, MOST_CONNECTIONS), policy, pages);
        started.server.createContext("/", started::handle);
        started.server.setExecutor(started.threads);
        started.server.start();
        return started;
    }

    public URI uri() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        String name = host.contains(":") ? "[" + host + "]" : host;
        return URI.create("http://" + name + ":" + address.getPort() + "/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.getResponseHeaders().set("Content-Security-Policy", policy);
            try {
                requireOwn(exchange);
                pages.answer(exchange);
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

    private static void error(HttpExchange exchange, int status, String message)
            throws IOException {
        if (exchange.getResponseCode() == -1) {
            byte[] body = JSON.writeValueAsBytes(Map.of("error", String.valueOf(message)));
            send(exchange, status, "application/json", body);
        }
    }

    public static void send(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
