package org.soda4j.examples.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import me.tongfei.progressbar.ProgressBar;
import org.soda4j.eval.probe.ProbeFigures;
import org.soda4j.training.listener.RunControl;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/**
 * Shows a training with rate, loss and time left on standard error: as a bar in a terminal, as a
 * line for every tenth and every half minute elsewhere. Evaluations are lines in both.
 */
public final class ProgressBarListener implements RunListener {

    private static final int LINES = 10;
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

    private final PrintStream out = System.err;
    private ProgressBar bar;
    private long linesBefore;
    private long lineAt;
    private long total;

    @Override
    public void begin(RunEvent.Begin begin, RunControl control) {
        total = begin.totalSteps();
        linesBefore = LINES * begin.step() / Math.max(1, total);
        lineAt = System.nanoTime();
        if (TerminalBar.isSeen()) {
            bar =
                    TerminalBar.builder("train", total)
                            .startsFrom(begin.step(), Duration.ZERO)
                            .hideEta()
                            .build();
        }
    }

    @Override
    public void step(RunEvent.Step step) {
        String text =
                String.format(
                        Locale.ROOT,
                        " %.0f img/s loss %.4f %s left",
                        step.imagesPerSecond(),
                        step.smoothedLoss(),
                        clock(step.remaining()));
        if (bar != null) {
            bar.setExtraMessage(text);
            bar.stepTo(step.step());
            return;
        }
        long lines = LINES * step.step() / total;
        long now = System.nanoTime();
        if (lines > linesBefore || now - lineAt >= LONGEST_SILENCE.toNanos()) {
            linesBefore = lines;
            lineAt = now;
            out.println("train step " + step.step() + " of " + total + text);
        }
    }

    /**
     * A line of its own, which stays: such as {@code step 936: k-NN 47.5 % (pixels 38.0, untrained
     * 27.8, chance 10.0)}.
     */
    @Override
    public void evaluation(RunEvent.Evaluation evaluation) {
        Map<String, Double> metrics = new TreeMap<>(evaluation.metrics());
        List<String> figures =
                new ArrayList<>(
                        ProbeFigures.of(metrics).stream().map(ProbeFigures::toString).toList());
        metrics.keySet().removeIf(ProbeFigures::isShare);
        metrics.forEach(
                (name, value) -> figures.add(String.format(Locale.ROOT, "%s %.3f", name, value)));
        String line = "step " + evaluation.step() + ": " + String.join(", ", figures);
        out.println(bar == null ? line : TerminalBar.above(line));
    }

    @Override
    public void end(RunEvent.End end) {
        close();
    }

    @Override
    public void failure(RunEvent.Failure failure) {
        close();
    }

    private void close() {
        if (bar != null) {
            bar.close();
        }
    }

    static String clock(Duration time) {
        return time.toHours() > 0
                ? "%d:%02d:%02d"
                        .formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : "%d:%02d".formatted(time.toMinutesPart(), time.toSecondsPart());
    }
}
