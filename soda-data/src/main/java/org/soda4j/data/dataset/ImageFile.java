package org.soda4j.data.dataset;

/**
 * One image of a data set in files.
 *
 * @param path below the data set's folder, with slashes
 * @param label the class, -1 for none
 */
public record ImageFile(String path, int label) {}
