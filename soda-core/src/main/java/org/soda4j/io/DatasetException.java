package org.soda4j.io;

/**
 * Says that a data set cannot be read: a missing or malformed file, or a record that breaks the
 * format's rules. The message names the file, the index in it where there is one, what was
 * expected, what was found and what to try.
 */
public final class DatasetException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final long index;

    /**
     * Creates the exception for a whole file.
     *
     * @param file the file's name or path
     * @param problem what was expected, what was found, what to try
     */
    public DatasetException(String file, String problem) {
        this(file, -1, problem, null);
    }

    /**
     * Creates the exception.
     *
     * @param file the file's name or path
     * @param index the record in the file, or the image in the data set; -1 for the whole file
     * @param problem what was expected, what was found, what to try
     * @param cause what was thrown underneath, or null
     */
    public DatasetException(String file, long index, String problem, Throwable cause) {
        super(file + (index < 0 ? ": " : ", index " + index + ": ") + problem, cause);
        this.file = file;
        this.index = index;
    }

    /**
     * Returns the file that cannot be read.
     *
     * @return its name or path
     */
    public String file() {
        return file;
    }

    /**
     * Returns the record in the file, or the image in the data set.
     *
     * @return the index, or -1 where the whole file is meant
     */
    public long index() {
        return index;
    }
}
