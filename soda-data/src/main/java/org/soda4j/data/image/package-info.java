/** From the bytes of an image file to pixels, and from pixels to a content hash. */
package org.soda4j.data.image;
