/** The latent z as sections, and which section drives which part of the denoiser (paper 3.2). */
package org.soda4j.latent;
