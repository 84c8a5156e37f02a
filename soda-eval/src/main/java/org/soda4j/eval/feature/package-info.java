/**
 * What a model says about images, as rows with labels: {@link
 * org.soda4j.eval.feature.FeatureExtractor} makes a {@link org.soda4j.eval.feature.FeatureSet},
 * which is saved, read, reduced and mapped.
 */
package org.soda4j.eval.feature;
