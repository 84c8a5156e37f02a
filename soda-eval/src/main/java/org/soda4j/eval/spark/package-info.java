/**
 * Features of very many images on Apache Spark, which has to be on the class path (it is not a
 * dependency of those who use this module): {@link org.soda4j.eval.spark.SparkFeatureExtractor}.
 */
package org.soda4j.eval.spark;
