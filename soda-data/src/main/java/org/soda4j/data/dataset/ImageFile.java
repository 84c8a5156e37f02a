package org.soda4j.data.dataset;

import org.soda4j.engine.Internal;

/**
 * One image of a data set in files.
 *
 * @param path below the data set's folder, with slashes
 * @param label the class, -1 for none
 */
@Internal
public record ImageFile(String path, int label) {}
