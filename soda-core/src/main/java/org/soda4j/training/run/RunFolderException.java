package org.soda4j.training.run;

/**
 * A run folder cannot be used: it is another run's, another process writes to it, or it cannot be
 * read or written. The message says where, what was expected and found, and what to try.
 */
public final class RunFolderException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what is wrong, where, and what to try
     */
    public RunFolderException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what is wrong, where, and what to try
     * @param cause what the file system said
     */
    public RunFolderException(String message, Throwable cause) {
        super(message, cause);
    }
}
