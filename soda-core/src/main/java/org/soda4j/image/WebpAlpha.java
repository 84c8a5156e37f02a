package org.soda4j.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.imageio.ImageReader;

/**
 * The alpha of a lossy WebP (RFC 9649, section 2.7.1.2), and what is seen through it.
 *
 * @param chunk a byte of flags, and samples or a lossless bitstream without its header
 * @param background 0xRRGGBB
 */
record WebpAlpha(byte[] chunk, int background) {

    private static final int HORIZONTAL = 1;
    private static final int VERTICAL = 2;
    private static final int LOSSLESS_HEADER = 5;

    /** Pixels for a byte; the plugin allows for 2,048 samples. */
    private static final int LARGEST_EXPANSION = 500;

    /** Returns alpha 0 .. 255 of every pixel. */
    byte[] decode(int width, int height) throws IOException {
        int flags = chunk.length == 0 ? -1 : chunk[0];
        if ((flags & 3) > 1 || (flags & 3) == 0 && chunk.length - 1 < width * height) {
            throw RefusedImageException.notWhole(ImageFormat.WEBP, "no whole alpha");
        }
        byte[] alpha =
                (flags & 3) == 0
                        ? Arrays.copyOfRange(chunk, 1, 1 + width * height)
                        : lossless(width, height);
        if ((flags >> 2 & 3) != 0) {
            unfilter(alpha, width, flags >> 2 & 3);
        }
        return alpha;
    }

    /** The green of an image, whose header is written here. */
    private byte[] lossless(int width, int height) throws IOException {
        // The plugin refuses what inflates much; zeros behind the end do no harm.
        int length = Math.max(chunk.length - 1, width * height / LARGEST_EXPANSION);
        ByteBuffer bitstream =
                ByteBuffer.allocate(LOSSLESS_HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
        bitstream.put((byte) 0x2f).putInt(width - 1 | height - 1 << 14);
        bitstream.put(chunk, 1, chunk.length - 1);
        ImageReader reader = ImageFormat.WEBP.newReader();
        try (ImageBytesStream stream =
                new ImageBytesStream(WebpContainer.lossless(bitstream.array()))) {
            reader.setInput(stream, true, true);
            BufferedImage image = reader.read(0);
            byte[] rgb = RasterConversion.convert(image, 3, RasterConversion.DROP_ALPHA).pixels();
            byte[] green = new byte[width * height];
            for (int i = 0; i < green.length; i++) {
                green[i] = rgb[3 * i + 1];
            }
            return green;
        } finally {
            reader.dispose();
        }
    }

    /** Adds what each sample was predicted to be, from those before it. */
    private static void unfilter(byte[] alpha, int width, int filter) {
        for (int i = 1; i < alpha.length; i++) {
            int left = i % width == 0 ? -1 : alpha[i - 1] & 0xff;
            int above = i < width ? -1 : alpha[i - width] & 0xff;
            int predicted;
            if (left < 0 || above < 0) {
                predicted = Math.max(left, above);
            } else if (filter == HORIZONTAL) {
                predicted = left;
            } else if (filter == VERTICAL) {
                predicted = above;
            } else {
                predicted = Vp8Plane.clip(left + above - (alpha[i - width - 1] & 0xff));
            }
            alpha[i] += (byte) predicted;
        }
    }

    /** Lays a row of RGB over the background. */
    void blend(byte[] alpha, int from, int[] rgb) {
        for (int k = 0; k < rgb.length; k++) {
            int under = background >> (16 - 8 * (k % 3)) & 0xff;
            rgb[k] = RasterConversion.over(rgb[k], alpha[from + k / 3] & 0xff, under);
        }
    }
}
