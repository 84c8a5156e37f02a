package org.soda4j.data.image;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * How a stored image has to be turned to stand upright (EXIF 2.32, tag 0x0112).
 *
 * @param code 1 (as stored) to 8
 */
record ExifOrientation(int code) {

    private static final ExifOrientation AS_STORED = new ExifOrientation(1);

    /** Reads the orientation; files without a valid one are taken as they are stored. */
    static ExifOrientation of(ImageFormat format, byte[] bytes) {
        try {
            return switch (format) {
                case JPEG -> ofJpeg(bytes);
                case PNG -> contains(bytes, "eXIf") ? of(readAll(bytes)) : AS_STORED;
                case WEBP -> contains(bytes, "EXIF") ? of(readAll(bytes)) : AS_STORED;
                case BMP, GIF -> AS_STORED;
            };
        } catch (ImageProcessingException | IOException | RuntimeException e) {
            // Broken metadata do not make the pixels unreadable; PIL ignores them as well.
            return AS_STORED;
        }
    }

    private static ExifOrientation ofJpeg(byte[] bytes) {
        JpegSegments segments = JpegSegments.of(bytes);
        if (segments.exifOffset() < 0) {
            return AS_STORED;
        }
        int end = segments.exifOffset() + segments.exifLength();
        Metadata metadata = new Metadata();
        new ExifReader()
                .extract(
                        new ByteArrayReader(Arrays.copyOfRange(bytes, segments.exifOffset(), end)),
                        metadata);
        return of(metadata);
    }

    private static Metadata readAll(byte[] bytes) throws ImageProcessingException, IOException {
        return ImageMetadataReader.readMetadata(new ByteArrayInputStream(bytes), bytes.length);
    }

    private static ExifOrientation of(Metadata metadata) {
        ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
        Integer code =
                directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
        return code == null || code < 1 || code > 8 ? AS_STORED : new ExifOrientation(code);
    }

    private static boolean contains(byte[] bytes, String chunk) {
        for (int i = 0; i + 4 <= bytes.length; i++) {
            if (ImageFormat.startsWith(bytes, i, chunk.chars().toArray())) {
                return true;
            }
        }
        return false;
    }

    /** Returns the image upright. */
    PixelImage turn(PixelImage stored) {
        if (code == 1) {
            return stored;
        }
        int w = stored.width();
        int h = stored.height();
        int channels = stored.channels();
        boolean swapped = code >= 5;
        int width = swapped ? h : w;
        int height = swapped ? w : h;
        byte[] pixels = new byte[stored.pixels().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column =
                        switch (code) {
                            case 2, 3 -> w - 1 - x;
                            case 4 -> x;
                            case 5, 6 -> y;
                            default -> w - 1 - y;
                        };
                int row =
                        switch (code) {
                            case 2 -> y;
                            case 3, 4 -> h - 1 - y;
                            case 5, 8 -> x;
                            default -> h - 1 - x;
                        };
                int from = (row * w + column) * channels;
                System.arraycopy(
                        stored.pixels(), from, pixels, (y * width + x) * channels, channels);
            }
        }
        return new PixelImage(width, height, channels, pixels);
    }
}
