package org.soda4j.data.dataset;

import org.soda4j.data.DatasetException;
import org.soda4j.data.image.ImageDecoder;
import org.soda4j.data.image.PixelImage;

/** Feeds bytes to the image decoder. */
public final class ImageDecoderFuzzer {

    private static final int MAX_PIXELS = 1 << 20;
    private static final ImageDecoder DECODER =
            ImageDecoder.builder().maxPixels(MAX_PIXELS).build();

    private ImageDecoderFuzzer() {}

    /**
     * Decodes the bytes; anything but an image or a {@link DatasetException} is a finding.
     *
     * @param data an image file
     */
    public static void fuzzerTestOneInput(byte[] data) {
        try {
            PixelImage image = DECODER.decode("fuzz", data);
            if (image.channels() != 3 || (long) image.width() * image.height() > MAX_PIXELS) {
                throw new AssertionError(
                        "an image of %d x %d x %d"
                                .formatted(image.width(), image.height(), image.channels()));
            }
        } catch (DatasetException e) {
            IdxFuzzer.requireMessage(e);
        }
    }
}
