/**
 * From features to answers: an index of images ({@link org.soda4j.eval.search.ImageIndex}),
 * near-duplicates, groups, odd ones out, and a classifier from few labels.
 */
package org.soda4j.eval.search;
