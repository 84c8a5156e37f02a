package org.soda4j.examples;

import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.soda4j.training.RunControl;
import org.soda4j.training.RunEvent;
import org.soda4j.training.RunListener;

/** Shows a training as a bar with rate, loss and time left. */
final class ProgressBarListener implements RunListener {

    private ProgressBar bar;

    @Override
    public void begin(RunEvent.Begin begin, RunControl control) {
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
        bar.setExtraMessage(
                String.format(
                        Locale.ROOT,
                        " %.0f img/s loss %.4f %s left",
                        step.imagesPerSecond(),
                        step.smoothedLoss(),
                        clock(step.remaining())));
        bar.stepTo(step.step());
    }

    @Override
    public void end(RunEvent.End end) {
        bar.close();
    }

    @Override
    public void failure(RunEvent.Failure failure) {
        if (bar != null) {
            bar.close();
        }
    }

    private static String clock(Duration time) {
        return time.toHours() > 0
                ? "%d:%02d:%02d"
                        .formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : "%d:%02d".formatted(time.toMinutesPart(), time.toSecondsPart());
    }
}
