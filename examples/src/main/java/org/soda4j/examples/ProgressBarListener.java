package org.soda4j.examples;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.soda4j.training.RunControl;
import org.soda4j.training.RunEvent;
import org.soda4j.training.RunListener;

/**
 * Shows a training with rate, loss and time left on standard error: as a bar in a terminal, as a
 * line for every tenth elsewhere.
 */
final class ProgressBarListener implements RunListener {

    private static final int LINES = 10;

    private final PrintStream out = System.err;
    private final boolean terminal = System.console() != null;
    private ProgressBar bar;
    private long linesBefore;
    private long total;

    @Override
    public void begin(RunEvent.Begin begin, RunControl control) {
        total = begin.totalSteps();
        linesBefore = LINES * begin.step() / Math.max(1, total);
        if (!terminal) {
            return;
        }
        bar =
                new ProgressBarBuilder()
                        .setTaskName("train")
                        .setStyle(ProgressBarStyle.ASCII)
                        .setInitialMax(begin.totalSteps())
                        .startsFrom(begin.step(), Duration.ZERO)
                        .setMaxRenderedLength(79)
                        .setUpdateIntervalMillis(500)
                        .hideEta()
                        .build();
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
        if (lines > linesBefore) {
            linesBefore = lines;
            out.println("train step " + step.step() + " of " + total + text);
        }
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
