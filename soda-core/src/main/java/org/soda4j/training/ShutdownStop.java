package org.soda4j.training;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.training.listener.RunControl;

/**
 * Ends a training when the process is asked to end (SIGTERM, Ctrl-C, {@code System.exit}), and
 * holds the process until the checkpoint is saved. Without a folder it holds it until the step is
 * done: the end of the process takes down the engine's library, and would crash under a step.
 * Installed only while a training runs, where {@link SodaTrainer.Builder#stopOnShutdown} says so.
 */
final class ShutdownStop {

    static final String REASON = "the process was asked to end";

    private static final Logger LOGGER = LoggerFactory.getLogger(ShutdownStop.class);

    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread trainer = Thread.currentThread();
    private final RunControl control;
    private final String announcement;
    private final Thread hook;

    private ShutdownStop(RunControl control, String announcement) {
        this.control = control;
        this.announcement = announcement;
        hook = new Thread(this::stopAndWait, "soda-shutdown");
    }

    /**
     * For the training of the calling thread.
     *
     * @param announcement what will happen, to be logged; null for nothing
     */
    static ShutdownStop install(RunControl control, String announcement) {
        ShutdownStop stop = new ShutdownStop(control, announcement);
        try {
            Runtime.getRuntime().addShutdownHook(stop.hook);
        } catch (IllegalStateException e) {
            LOGGER.trace("the process is ending already", e);
            control.stop(REASON);
        }
        return stop;
    }

    private void stopAndWait() {
        control.stop(REASON);
        if (announcement != null) {
            LOGGER.warn(announcement);
        }
        try {
            // A listener that calls System.exit holds the training's own thread; do not wait then.
            while (!end.await(100, TimeUnit.MILLISECONDS) && !trainerExits()) {
                LOGGER.trace("waiting for the checkpoint");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean trainerExits() {
        return !trainer.isAlive()
                || Arrays.stream(trainer.getStackTrace())
                        .anyMatch(
                                frame ->
                                        frame.getClassName().equals("java.lang.Runtime")
                                                && frame.getMethodName().equals("exit"));
    }

    /** The training has ended, however it did. */
    void ended() {
        end.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOGGER.trace("the process is ending already", e);
        }
    }
}
