/**
 * Image transforms with torchvision's semantics and parameter distributions, on 8-bit images
 * ({@link org.soda4j.image.PixelBuffer}) and on the float arrays made of them.
 *
 * <p>Data sets and views depend on this package, not the other way round.
 */
package org.soda4j.data.transform;
