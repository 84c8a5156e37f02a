/** The denoiser D of the paper (section 3.1): a U-Net that noise level and latent modulate. */
package org.soda4j.denoiser;
