package org.soda4j.distributed;

/** Ranks cannot work together: a library is missing, a call failed, or the job was aborted. */
public final class CollectiveException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what was expected, what was found, and what to try
     */
    public CollectiveException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what was expected, what was found, and what to try
     * @param cause why
     */
    public CollectiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
