package org.soda4j.data.dataset;

/**
 * A data set in two parts, which hold every image once.
 *
 * @param train the first, to learn from
 * @param test the second, to test on
 */
public record DatasetSplit(ImageDataset train, ImageDataset test) {}
