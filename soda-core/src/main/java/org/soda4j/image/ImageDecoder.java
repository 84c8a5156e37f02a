package org.soda4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.event.IIOReadWarningListener;
import org.soda4j.engine.Internal;
import org.soda4j.io.DatasetException;

/**
 * Decodes image files to 8-bit pixels: JPEG, PNG, BMP, GIF and WebP, told apart by their content,
 * not by their names.
 *
 * <ul>
 *   <li>Conversions follow PIL's {@code Image.open(file).convert("RGB")}, which torchvision uses:
 *       palettes are looked up, grey is repeated, alpha is dropped (unless a background is set),
 *       colour profiles are not applied. To one channel, {@code L = 0.299 R + 0.587 G + 0.114 B} as
 *       PIL rounds it.
 *   <li>Of 16-bit samples the high byte is kept. CMYK and YCCK JPEGs become RGB.
 *   <li>Of an animation the first frame is taken, on its canvas, as PIL has it.
 *   <li>The EXIF orientation is applied (torchvision leaves it), unless it is turned off.
 *   <li>Refused with a {@link DatasetException} that names the file: what is none of these formats,
 *       what is corrupt or truncated (also where a lenient decoder would fill the rest with grey),
 *       and what declares more pixels than allowed, or has a structure beyond {@link
 *       DecodingLimits}, before memory is asked for.
 * </ul>
 *
 * <p>Immutable and thread-safe.
 *
 * <pre>{@code
 * PixelImage image = ImageDecoder.builder().build().decode(Path.of("cat.jpg"));
 * }</pre>
 */
public final class ImageDecoder {

    private final int channels;
    private final long maxPixels;
    private final boolean applyOrientation;
    private final int background;
    private final DecodingLimits limits;

    private ImageDecoder(Builder builder) {
        channels = builder.channels;
        maxPixels = builder.maxPixels;
        applyOrientation = builder.applyOrientation;
        background = builder.background;
        limits = builder.limits;
    }

    /**
     * Starts a builder.
     *
     * @return a builder for RGB, upright
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Sets what to decode to, and what to refuse. */
    public static final class Builder {

        private int channels = 3;
        private long maxPixels = 89_478_485;
        private boolean applyOrientation = true;
        private int background = RasterConversion.DROP_ALPHA;
        private DecodingLimits limits = DecodingLimits.DEFAULTS;

        private Builder() {}

        /**
         * Sets the number of channels of every image. Default: 3.
         *
         * @param channels 1 (grey) or 3 (red, green, blue)
         * @return this builder
         * @throws IllegalArgumentException if it is neither
         */
        public Builder channels(int channels) {
            if (channels != 1 && channels != 3) {
                throw new IllegalArgumentException(
                        "channels: expected 1 (grey) or 3 (RGB), found " + channels);
            }
            this.channels = channels;
            return this;
        }

        /**
         * Sets the largest width times height. Default: 89,478,485 pixels, PIL's limit (a quarter
         * of a gigabyte of RGB). A PNG of 16-bit samples may have half as many.
         *
         * @param maxPixels 1 to 700,000,000
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder maxPixels(long maxPixels) {
            if (maxPixels < 1 || maxPixels > 700_000_000) {
                throw new IllegalArgumentException(
                        "maxPixels: expected 1 to 700,000,000 (3 bytes a pixel must fit one array),"
                                + " found "
                                + maxPixels);
            }
            this.maxPixels = maxPixels;
            return this;
        }

        /**
         * Sets what a file may hold besides its pixels. Default: {@link DecodingLimits#DEFAULTS}.
         *
         * @param limits the limits
         * @return this builder
         * @throws NullPointerException if limits is null
         */
        public Builder limits(DecodingLimits limits) {
            this.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /**
         * Sets whether to turn images upright as their EXIF orientation says. Default: yes.
         *
         * @param applyOrientation false to take the pixels as they are stored, as torchvision does
         * @return this builder
         */
        public Builder applyOrientation(boolean applyOrientation) {
            this.applyOrientation = applyOrientation;
            return this;
        }

        /**
         * Lays transparent pixels over a colour. Default: alpha is dropped.
         *
         * @param rgb {@code 0xRRGGBB}; white is 0xffffff
         * @return this builder
         * @throws IllegalArgumentException if it is no such colour
         */
        public Builder background(int rgb) {
            if (rgb < 0 || rgb > 0xffffff) {
                throw new IllegalArgumentException(
                        "background: expected a colour 0 to 0xffffff, found %#x".formatted(rgb));
            }
            background = rgb;
            return this;
        }

        /**
         * Makes the decoder.
         *
         * @return the decoder
         */
        public ImageDecoder build() {
            return new ImageDecoder(this);
        }
    }

    /**
     * Decodes a file.
     *
     * @param file an image file of at most 1 GiB
     * @return the image
     * @throws DatasetException if it cannot be read or has to be refused
     */
    public PixelImage decode(Path file) {
        return decode(file, -1);
    }

    /**
     * Decodes a file of a data set.
     *
     * @param file an image file of at most 1 GiB
     * @param index its index in the data set, for messages; -1 for none
     * @return the image
     * @throws DatasetException if it cannot be read or has to be refused
     */
    public PixelImage decode(Path file, long index) {
        return decode(file.toString(), index, readBytes(file, index));
    }

    /**
     * Decodes the content of a file.
     *
     * @param name what to call it in messages
     * @param bytes the whole content
     * @return the image
     * @throws DatasetException if it has to be refused
     */
    public PixelImage decode(String name, byte[] bytes) {
        return decode(Objects.requireNonNull(name, "name"), -1, bytes);
    }

    /** Takes the samples of an image that somebody else has decoded. */
    PixelImage convert(BufferedImage stored) throws RefusedImageException {
        return RasterConversion.convert(stored, channels, background);
    }

    /** {@return the options that change pixels, for the names of entries in caches, which stay} */
    @Internal
    public String cacheKey() {
        String over = background == RasterConversion.DROP_ALPHA ? "" : " over " + background;
        return channels + " " + applyOrientation + over;
    }

    /**
     * Reads a whole file of at most 1 GiB.
     *
     * @param file the file
     * @param index for messages; -1 for none
     * @return its content
     * @throws DatasetException if it is larger or cannot be read
     */
    @Internal
    public static byte[] readBytes(Path file, long index) {
        try {
            long size = Files.size(file);
            if (size > 1 << 30) {
                throw new DatasetException(
                        file.toString(),
                        index,
                        String.format(
                                Locale.ROOT,
                                "expected an image file of at most %,d bytes, found %,d",
                                1 << 30,
                                size),
                        null);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DatasetException(file.toString(), index, "cannot be read: " + e, e);
        }
    }

    private PixelImage decode(String name, long index, byte[] bytes) {
        ImageFormat format = ImageFormat.of(bytes);
        if (format == null) {
            throw new DatasetException(name, index, ImageFormat.describeUnknown(bytes), null);
        }
        try {
            ImageContainer container = format.open(bytes, limits, maxPixels);
            PixelImage image = read(format, container);
            return applyOrientation ? container.orientation().turn(image) : image;
        } catch (RefusedImageException e) {
            throw new DatasetException(name, index, e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            // Decoders answer some malformed files with exceptions such as an index out of bounds.
            throw new DatasetException(
                    name,
                    index,
                    "expected %s data, found them corrupt or truncated: %s".formatted(format, e),
                    e);
        }
    }

    private PixelImage read(ImageFormat format, ImageContainer container) throws IOException {
        ImageContainer.Lossy lossy = container.lossy();
        if (lossy != null) {
            WebpAlpha alpha =
                    background == RasterConversion.DROP_ALPHA || lossy.alpha() == null
                            ? null
                            : new WebpAlpha(lossy.alpha(), background);
            PixelImage image = Vp8Decoder.decode(container.data(), channels, alpha);
            return onCanvas(image, container.canvas(), null);
        }
        ImageReader reader = format.newReader();
        try (ImageBytesStream stream = new ImageBytesStream(container.data())) {
            reader.setInput(stream, true, true);
            ImageContainer.requirePixels(reader.getWidth(0), reader.getHeight(0), maxPixels);
            CorruptionListener warnings = new CorruptionListener();
            reader.addIIOReadWarningListener(warnings);
            PixelImage image = read(format, reader, container);
            if (warnings.corruption != null) {
                throw new RefusedImageException(
                        "expected whole %s data, found: %s".formatted(format, warnings.corruption));
            }
            return image;
        } finally {
            reader.dispose();
        }
    }

    private PixelImage read(ImageFormat format, ImageReader reader, ImageContainer container)
            throws IOException {
        if (container.components() == 4) {
            // The platform's reader gives CMYK as raw samples only.
            return RasterConversion.convertCmyk(
                    reader.readRaster(0, null), container.ycck(), channels);
        }
        BufferedImage stored =
                reader.read(0, format == ImageFormat.BMP ? null : plainPixels(reader));
        PixelImage image = RasterConversion.convert(stored, channels, background);
        return onCanvas(image, container.canvas(), stored.getColorModel());
    }

    private PixelImage onCanvas(PixelImage image, ImageContainer.Canvas canvas, ColorModel colors) {
        return canvas == null
                        || canvas.width() == image.width() && canvas.height() == image.height()
                ? image
                : RasterConversion.place(image, canvas, colors, background);
    }

    /**
     * Lets the decoder write samples of 8 bits in the order in which they stand in the file: into
     * images of its own making the platform's decoders copy twice, and five times as slowly. BMP's
     * ignores the order.
     */
    private static ImageReadParam plainPixels(ImageReader reader) throws IOException {
        ImageTypeSpecifier type = reader.getImageTypes(0).next();
        ImageReadParam param = reader.getDefaultReadParam();
        if (type.getColorModel() instanceof ComponentColorModel colors
                && colors.getTransferType() == DataBuffer.TYPE_BYTE) {
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            int bands = colors.getNumComponents();
            byte[] samples = new byte[Math.multiplyExact(Math.multiplyExact(width, height), bands)];
            WritableRaster raster =
                    Raster.createInterleavedRaster(
                            new DataBufferByte(samples, samples.length),
                            width,
                            height,
                            bands * width,
                            bands,
                            IntStream.range(0, bands).toArray(),
                            null);
            param.setDestination(new BufferedImage(colors, raster, false, null));
        }
        return param;
    }

    /** Remembers the warnings of lenient decoders that mean missing or broken data. */
    private static final class CorruptionListener implements IIOReadWarningListener {

        private String corruption;

        @Override
        public void warningOccurred(ImageReader source, String warning) {
            boolean harmless = warning == null || warning.contains("extraneous bytes");
            boolean corrupt =
                    !harmless
                            && (warning.contains("Corrupt JPEG data")
                                    || warning.contains("Premature end")
                                    || warning.contains("truncated"));
            if (corrupt && corruption == null) {
                corruption = warning;
            }
        }
    }
}
