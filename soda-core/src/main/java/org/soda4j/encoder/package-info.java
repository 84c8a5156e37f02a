/** The encoder E of the paper (section 3.1): an image in, a small latent z out. */
package org.soda4j.encoder;
