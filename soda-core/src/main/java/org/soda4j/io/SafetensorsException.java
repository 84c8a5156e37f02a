package org.soda4j.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that is not a valid safetensors file, or weights in it that no model can compute with; the
 * message names the file and the tensor.
 */
public final class SafetensorsException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param file the refused file
     * @param problem what was expected and what was found, with the tensor's name if there is one
     */
    SafetensorsException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param file the refused file
     * @param problem what was expected and what was found
     * @param cause what noticed it
     */
    SafetensorsException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
