/**
 * Image transforms with torchvision's semantics and parameter distributions, on 8-bit images
 * ({@link org.soda4j.data.transform.PixelBuffer}) and on the float arrays made of them.
 *
 * <p>This package depends on nothing else of the library.
 */
package org.soda4j.data.transform;
