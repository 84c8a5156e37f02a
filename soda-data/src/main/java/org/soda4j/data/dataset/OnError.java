package org.soda4j.data.dataset;

import org.soda4j.io.DatasetException;

/** What a data set does with a record or an image that it has to refuse. */
public enum OnError {
    /** Throw a {@link DatasetException} that names file and index. The default. */
    STOP,
    /**
     * Leave the record out while the data set is built, and log one warning with the number of
     * records left out and the first of them. Files whose structure is broken (wrong magic number,
     * wrong record count, truncated) are refused all the same.
     */
    SKIP
}
