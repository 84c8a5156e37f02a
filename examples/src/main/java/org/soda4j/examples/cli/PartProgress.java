package org.soda4j.examples.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.IntConsumer;
import me.tongfei.progressbar.ProgressBar;
import org.soda4j.eval.report.EvaluationProgress;

/**
 * Shows one part after another of long work with rate and time left on standard error: as a bar in
 * a terminal, elsewhere as a line now and then.
 */
public final class PartProgress implements EvaluationProgress, AutoCloseable {

    /** So that short parts pass without a word. */
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final PrintStream out = System.err;
    private ProgressBar bar;
    private long begun;
    private long lineAt;

    /** Begins a part whose steps are reported to what is returned. */
    public IntConsumer part(String name, long total) {
        at(name, 0, total);
        return done -> at(name, done, total);
    }

    @Override
    public void at(String part, long done, long total) {
        if (done == 0) {
            begin(part, total);
        }
        if (bar != null) {
            bar.stepTo(done);
            if (done >= total) {
                close(); // What is printed next begins on a line of its own.
            }
            return;
        }
        long now = System.nanoTime();
        if (done > 0 && now - lineAt >= BETWEEN_LINES.toNanos()) {
            double seconds = (now - begun) * 1e-9;
            double left = seconds * (total - done) / done;
            out.printf(
                    Locale.ROOT,
                    "%s %d of %d, %.1f/s, %s left%n",
                    part,
                    done,
                    total,
                    done / seconds,
                    ProgressBarListener.clock(Duration.ofMillis(Math.round(1000 * left))));
            lineAt = now;
        }
    }

    private void begin(String part, long total) {
        close();
        begun = System.nanoTime();
        lineAt = begun;
        if (TerminalBar.isSeen()) {
            bar = TerminalBar.builder(part, total).showSpeed().build();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
