package org.soda4j.examples.web;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.soda4j.eval.report.Report;
import org.soda4j.eval.report.RunHistory;
import org.soda4j.eval.report.RunSections;
import org.soda4j.training.listener.RunListener;

/**
 * The page of a run that is going on, for browsers on this machine alone. It is drawn when somebody
 * asks for it, at most once in a while, by another thread than the one that trains.
 */
public final class LivePage implements AutoCloseable {

    private static final Duration REFRESH = Duration.ofSeconds(5);
    private static final Duration KEPT = Duration.ofSeconds(2);

    private final Path run;
    private final String title;
    private final RunHistory history;
    private final PageServer server;
    private byte[] page = {};
    private long drawnAt;

    private LivePage(int port, Path run, String title, RunHistory history) throws IOException {
        this.run = run;
        this.title = title;
        this.history = history;
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        server =
                PageServer.start(
                        new InetSocketAddress(loopback, port), Report.policy(true), this::answer);
    }

    /**
     * Starts to serve.
     *
     * @param port 0 for any free one
     * @param run the folder of the run, which may not exist yet
     * @param title of the page
     * @throws IOException if the port is taken, or what the run has recorded cannot be read
     */
    public static LivePage start(int port, Path run, String title) throws IOException {
        return new LivePage(port, run, title, RunHistory.read(run));
    }

    /** What has to listen to the training. */
    public RunListener listener() {
        return history;
    }

    public URI uri() {
        return server.uri();
    }

    private void answer(HttpExchange exchange) throws IOException, PageServer.Refused {
        String path = exchange.getRequestURI().getPath();
        if (!exchange.getRequestMethod().equals("GET") || !"/".equals(path)) {
            throw new PageServer.Refused(
                    404, "nothing at " + exchange.getRequestMethod() + " " + path);
        }
        PageServer.send(exchange, 200, "text/html; charset=utf-8", page());
    }

    private synchronized byte[] page() throws IOException {
        long now = System.nanoTime();
        if (page.length == 0 || now - drawnAt > KEPT.toNanos()) {
            Report report = RunSections.report(run, history).title(title).build();
            page = report.toLiveHtml(REFRESH).getBytes(StandardCharsets.UTF_8);
            drawnAt = System.nanoTime();
        }
        return page;
    }

    @Override
    public void close() {
        server.close();
    }
}
