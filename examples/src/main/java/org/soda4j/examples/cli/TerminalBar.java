package org.soda4j.examples.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Bars on standard error for a terminal of 80 columns. */
final class TerminalBar {

    private static final int COLUMNS = 79;

    private TerminalBar() {}

    /** Whether a person sees standard error, as far as Java can tell. */
    static boolean isSeen() {
        return System.console() != null;
    }

    /** Covers what is drawn of a bar, which draws itself again below. */
    static String above(String line) {
        return "\r" + line + " ".repeat(Math.max(0, COLUMNS - line.length()));
    }

    static ProgressBarBuilder builder(String task, long total) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setStyle(ProgressBarStyle.ASCII)
                .setInitialMax(total)
                .setUpdateIntervalMillis(500)
                // Its own consumer would open the terminal, and take SIGINT away from Java.
                .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS));
    }
}
