package org.soda4j.training.checkpoint;

/**
 * A checkpoint could not be written, or none of those in a folder can be used. The message names
 * the files, what is wrong with them and what to try; what was valid before is still valid.
 */
public final class CheckpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to try
     */
    public CheckpointException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to try
     * @param cause what the file system said
     */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
