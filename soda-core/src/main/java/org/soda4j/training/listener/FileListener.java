package org.soda4j.training.listener;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A listener that writes to files, and closes them at the end of the run. */
abstract class FileListener implements RunListener {

    private final String failure;

    /**
     * @param failure begins the message where the files cannot be written
     */
    FileListener(String failure) {
        this.failure = failure;
    }

    /** Closes what is open. */
    abstract void close() throws IOException;

    @Override
    public void end(RunEvent.End end) {
        attempt(this::close);
    }

    @Override
    public void failure(RunEvent.Failure cause) {
        attempt(this::close);
    }

    /** Something with the files. */
    @FunctionalInterface
    interface FileAction {
        void run() throws IOException;
    }

    final void attempt(FileAction action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(failure + ": " + e.getMessage(), e);
        }
    }
}
