/** The latent as an interface to images: interpolate, mix, traverse, invert, draw anew. */
package org.soda4j.eval.latent;
