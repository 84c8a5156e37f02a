/**
 * What a trained latent shows: the explorer's server, and the latent tour's pictures and
 * measurements.
 */
package org.soda4j.examples.explore;
