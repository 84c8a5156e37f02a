/** From the bytes of an image file to pixels, and from pixels to a hash and a picture of many. */
package org.soda4j.data.image;
