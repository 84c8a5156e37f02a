/**
 * From the bytes of an image file to pixels, and from pixels to a content hash.
 *
 * <p>Each format's container is gone through here before a decoder sees it. TwelveMonkeys' JPEG
 * reader (3.14.0) was tried in place of that: it reads the same JPEGs exactly, but hands scans to
 * the platform's decoder without a limit, and would still need the walk through the segments.
 */
package org.soda4j.image;
