package org.soda4j.data.image;

/**
 * What stands in a JPEG file's marker segments before the image data (ITU-T T.81, annex B).
 *
 * @param components colour components of the frame: 1, 3, 4; 0 if no frame header was found
 * @param adobeTransform the colour transform of Adobe's segment: 0 (none), 1 (YCC), 2 (YCCK); -1 if
 *     there is no such segment
 * @param exifOffset where the TIFF structure of the EXIF segment begins, -1 if there is none
 * @param exifLength its length in bytes
 * @param scanOffset where the first scan begins, -1 if there is none
 */
record JpegSegments(
        int components, int adobeTransform, int exifOffset, int exifLength, int scanOffset) {

    private static final int START_OF_SCAN = 0xda;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;

    static JpegSegments of(byte[] bytes) {
        int exifOffset = -1;
        int exifLength = 0;
        int components = 0;
        int adobe = -1;
        int at = 2;
        while (at + 4 <= bytes.length) {
            if ((bytes[at] & 0xff) != 0xff) {
                at++;
                continue;
            }
            int marker = bytes[at + 1] & 0xff;
            boolean alone = marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8);
            if (alone || marker == 0xff) {
                at += marker == 0xff ? 1 : 2;
                continue;
            }
            if (marker == START_OF_SCAN) {
                return new JpegSegments(components, adobe, exifOffset, exifLength, at);
            }
            if (marker == END_OF_IMAGE) {
                break;
            }
            int length = (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
            // 0xc4, 0xc8 and 0xcc are tables and extensions, no frames.
            boolean frame = marker == 0xc0 || marker >= 0xc1 && marker <= 0xcf && marker % 4 != 0;
            if (frame && components == 0 && at + 9 < bytes.length) {
                components = bytes[at + 9] & 0xff;
            }
            if (marker == APP14
                    && length >= 14
                    && at + 16 <= bytes.length
                    && ImageFormat.startsWith(bytes, at + 4, 'A', 'd', 'o', 'b', 'e')) {
                adobe = bytes[at + 15] & 0xff;
            }
            if (marker == APP1
                    && exifOffset < 0
                    && length > 8
                    && at + 2 + length <= bytes.length
                    && ImageFormat.startsWith(bytes, at + 4, 'E', 'x', 'i', 'f', 0, 0)) {
                exifOffset = at + 10;
                exifLength = length - 8;
            }
            at += 2 + length;
        }
        return new JpegSegments(components, adobe, exifOffset, exifLength, -1);
    }
}
