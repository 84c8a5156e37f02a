package org.soda4j.image;

import java.util.Locale;

/**
 * An image file after its structure was gone through: nothing but the pixels' data is left for a
 * decoder, which sees no profiles, texts, thumbnails and further frames.
 *
 * @param data a file of the same format
 * @param orientation how the image has to be turned
 * @param components colour components of a JPEG, 0 for other formats
 * @param ycck whether four components are YCCK, not CMYK
 * @param lossy what data are if not a file: the bitstream of a lossy WebP; null otherwise
 * @param canvas where the frame lies, or null if it is the whole image
 */
record ImageContainer(
        byte[] data,
        ExifOrientation orientation,
        int components,
        boolean ycck,
        Lossy lossy,
        Canvas canvas) {

    /**
     * Where the first frame of an animation lies. Around it is what PIL puts there.
     *
     * @param width of the canvas in pixels
     * @param height of the canvas in pixels
     * @param left of the frame on it
     * @param top of the frame on it
     * @param fill the index in the frame's palette of what is around it, or -1 for black
     */
    record Canvas(int width, int height, int left, int top, int fill) {}

    /**
     * Says that the data are VP8.
     *
     * @param alpha a WebP's chunk of alpha, without its header; null for none
     */
    record Lossy(byte[] alpha) {}

    static ImageContainer of(byte[] data, ExifOrientation orientation) {
        return new ImageContainer(data, orientation, 0, false, null, null);
    }

    static void requirePixels(long width, long height, long maxPixels)
            throws RefusedImageException {
        if (width < 1 || height < 1 || width * height > maxPixels) {
            throw new RefusedImageException(
                    String.format(
                            Locale.ROOT,
                            "expected 1 to %,d pixels, found %,d x %,d declared; raise maxPixels if this is meant",
                            maxPixels,
                            width,
                            height));
        }
    }
}
