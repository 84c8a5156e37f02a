package org.soda4j.eval.spark;

/**
 * What an extraction wrote.
 *
 * @param features images with features
 * @param failures images that could not be decoded
 */
public record SparkExtraction(long features, long failures) {}
