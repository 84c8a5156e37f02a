package org.soda4j.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Looks at a BMP file's header (BITMAPINFOHEADER and its successors). */
final class BmpContainer {

    private static final int BI_JPEG = 4;
    private static final int BI_PNG = 5;

    private BmpContainer() {}

    /**
     * A JPEG or PNG inside is refused, as PIL does: the platform's decoder hands it on, whatever
     * its own size.
     */
    static ImageContainer of(byte[] bytes, long maxPixels) throws RefusedImageException {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int header = bytes.length < 26 ? 0 : file.getInt(14);
        if (header != 12 && (header < 16 || bytes.length < 34)) {
            throw RefusedImageException.notWhole(
                    ImageFormat.BMP, "no header: it is truncated or corrupt");
        }
        if (header == 12) {
            ImageContainer.requirePixels(
                    Short.toUnsignedInt(file.getShort(18)),
                    Short.toUnsignedInt(file.getShort(20)),
                    maxPixels);
        } else {
            // A negative height says that rows run from the top.
            ImageContainer.requirePixels(
                    file.getInt(18), Math.abs((long) file.getInt(22)), maxPixels);
        }
        int compression = header < 20 ? 0 : file.getInt(30);
        if (compression == BI_JPEG || compression == BI_PNG) {
            throw new RefusedImageException(
                    "expected plain or run-length coded pixels, found a %s inside the BMP; save it as a file of its own"
                            .formatted(compression == BI_PNG ? "PNG" : "JPEG"));
        }
        return ImageContainer.of(bytes, ExifOrientation.AS_STORED);
    }
}
