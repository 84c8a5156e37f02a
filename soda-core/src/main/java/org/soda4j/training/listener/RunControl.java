package org.soda4j.training.listener;

/** How a listener ends a run. */
@FunctionalInterface
public interface RunControl {

    /**
     * Asks the training to end cleanly after the current step, with a checkpoint. The first reason
     * is kept. May be called from any thread.
     *
     * @param reason for the log and the summary
     */
    void stop(String reason);
}
