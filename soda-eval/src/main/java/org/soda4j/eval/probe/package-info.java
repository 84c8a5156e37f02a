/** Probes, image metrics, disentanglement, latent tools and reports. */
package org.soda4j.eval;
