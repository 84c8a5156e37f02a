package org.soda4j.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Iterator;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The image formats that can be decoded, told by their first bytes. */
enum ImageFormat {
    JPEG,
    PNG,
    BMP,
    GIF,
    WEBP;

    /** Returns the format, or null. */
    static ImageFormat of(byte[] bytes) {
        if (startsWith(bytes, 0, 0xff, 0xd8, 0xff)) {
            return JPEG;
        }
        if (startsWith(bytes, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
            return PNG;
        }
        if (startsWith(bytes, 0, 'G', 'I', 'F', '8')) {
            return GIF;
        }
        if (startsWith(bytes, 0, 'B', 'M')) {
            return BMP;
        }
        boolean webp =
                startsWith(bytes, 0, 'R', 'I', 'F', 'F')
                        && startsWith(bytes, 8, 'W', 'E', 'B', 'P');
        return webp ? WEBP : null;
    }

    static String describeUnknown(byte[] bytes) {
        String expected = "expected a JPEG, PNG, BMP, GIF or WebP image, found ";
        if (bytes.length == 0) {
            return expected + "an empty file";
        }
        return expected
                + "a file that begins with "
                + HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length));
    }

    static boolean startsWith(byte[] bytes, int offset, int... prefix) {
        if (offset < 0 || bytes.length - offset < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes[offset + i] & 0xff) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Goes through the structure of a file and leaves what the pixels depend on. Refuses what is
     * cut off or damaged, which lenient decoders would fill with grey, and what is beyond a limit.
     */
    ImageContainer open(byte[] bytes, DecodingLimits limits, long maxPixels)
            throws RefusedImageException {
        return switch (this) {
            case JPEG -> JpegContainer.of(bytes, limits, maxPixels);
            case PNG -> PngContainer.of(bytes, limits, maxPixels);
            case BMP -> BmpContainer.of(bytes, maxPixels);
            case GIF -> GifContainer.of(bytes, limits, maxPixels);
            case WEBP -> WebpContainer.of(bytes, limits, maxPixels);
        };
    }

    /** Makes a reader for files of this format; the caller disposes of it. */
    ImageReader newReader() throws IOException {
        return switch (this) {
            case JPEG -> Providers.JPEG_PLATFORM.createReaderInstance();
            case PNG -> Providers.PNG_PLATFORM.createReaderInstance();
            case BMP -> Providers.BMP_PLATFORM.createReaderInstance();
            case GIF -> Providers.GIF_PLATFORM.createReaderInstance();
            case WEBP -> Providers.WEBP_PLUGIN.createReaderInstance();
        };
    }

    /** The readers, chosen once by name: what else is registered in the process must not matter. */
    private static final class Providers {

        static final ImageReaderSpi JPEG_PLATFORM = platform("jpeg");
        static final ImageReaderSpi PNG_PLATFORM = platform("png");
        static final ImageReaderSpi BMP_PLATFORM = platform("bmp");
        static final ImageReaderSpi GIF_PLATFORM = platform("gif");
        static final ImageReaderSpi WEBP_PLUGIN = new WebPImageReaderSpi();

        private static ImageReaderSpi platform(String format) {
            Iterator<ImageReaderSpi> providers =
                    IIORegistry.getDefaultInstance()
                            .getServiceProviders(ImageReaderSpi.class, false);
            while (providers.hasNext()) {
                ImageReaderSpi provider = providers.next();
                if (provider.getClass().getName().startsWith("com.sun.imageio.plugins." + format)) {
                    return provider;
                }
            }
            throw new IllegalStateException(
                    "expected the Java platform's %s reader (module java.desktop), found none"
                            .formatted(format));
        }
    }
}
