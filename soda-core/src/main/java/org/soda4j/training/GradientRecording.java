package org.soda4j.training;

import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.Objects;
import org.soda4j.engine.PyTorchEngine;

/**
 * The right to record gradients, which DJL's PyTorch engine has once in a process: {@link
 * SodaTrainer#fit} and the probes that train take it before they begin, and whoever comes second is
 * refused. What the thread that has it calls may take it again, such as a probe that evaluates a
 * training.
 */
public final class GradientRecording implements AutoCloseable {

    /** Who has it; guarded by the class. */
    private static GradientRecording current;

    private final String what;
    private final Thread thread;
    private final GradientRecording outer;

    private GradientRecording(String what, GradientRecording outer) {
        this.what = what;
        this.outer = outer;
        thread = Thread.currentThread();
    }

    /**
     * Takes the right.
     *
     * @param what is trained, for the refusal of another
     * @return to be closed by the same thread, at the end
     * @throws IllegalStateException if another thread has it, or a {@code GradientCollector} of the
     *     application is open
     */
    public static GradientRecording begin(String what) {
        Objects.requireNonNull(what, "what");
        synchronized (GradientRecording.class) {
            if (current != null && current.thread != Thread.currentThread()) {
                throw new IllegalStateException(
                        "%s: expected that nothing trains in this process, found %s in thread %s; DJL's engine records gradients for one training at a time. Wait for it, stop it, or train in another process"
                                .formatted(what, current.what, current.thread.getName()));
            }
            GradientRecording recording = new GradientRecording(what, current);
            if (current == null) {
                recording.newCollector().close();
            }
            current = recording;
            return recording;
        }
    }

    /**
     * Opens DJL's tape on this thread.
     *
     * @return records until it is closed
     * @throws IllegalStateException if another one is open
     */
    public GradientCollector newCollector() {
        boolean recording = JniUtils.isGradMode();
        try {
            return PyTorchEngine.require().newGradientCollector();
        } catch (IllegalStateException e) {
            JniUtils.setGradMode(recording); // DJL has switched it on all the same.
            throw new IllegalStateException(
                    what
                            + ": expected that nothing records gradients in this process, found a"
                            + " GradientCollector of DJL open; close it first, or train in another"
                            + " process",
                    e);
        }
    }

    /** Gives the right back. */
    @Override
    public void close() {
        synchronized (GradientRecording.class) {
            if (current == this) {
                current = outer;
            }
        }
    }
}
