/**
 * Augmented views of images in pairs, {@link org.soda4j.data.pair.ViewPairs}, and the loader that
 * makes batches of them ahead of the training.
 */
package org.soda4j.data.pair;
