/**
 * How much simple classifiers get out of features: nearest neighbours, linear probes, few labels,
 * the denoiser's own features.
 */
package org.soda4j.eval.probe;
