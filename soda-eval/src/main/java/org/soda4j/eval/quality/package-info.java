/**
 * Image quality: per pair of images, between sets of images through their features, and the
 * protocol that measures a model by them.
 */
package org.soda4j.eval.quality;
