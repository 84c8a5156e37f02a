package org.soda4j.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/** Takes the samples out of an AWT image as they are stored, past AWT's colour conversions. */
final class RasterConversion {

    /** A background that leaves colours as they are, whatever their alpha. */
    static final int DROP_ALPHA = -1;

    private RasterConversion() {}

    /** Fills rows of RGB, 0..255 each, from a raster. */
    @FunctionalInterface
    private interface RowReader {
        void read(Raster raster, int y, int[] rgb);
    }

    /** Transparent pixels are laid over a background 0xRRGGBB, or {@link #DROP_ALPHA}. */
    static PixelImage convert(BufferedImage image, int channels, int background)
            throws RefusedImageException {
        Raster raster = image.getRaster();
        if (channels == 3
                && raster.getNumBands() == 3
                && raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && Arrays.equals(model.getBandOffsets(), new int[] {0, 1, 2})
                && raster.getDataBuffer() instanceof DataBufferByte samples
                && samples.getData().length == 3L * image.getWidth() * image.getHeight()) {
            return new PixelImage(image.getWidth(), image.getHeight(), 3, samples.getData());
        }
        return convert(raster, readerFor(image.getColorModel(), raster, background), channels);
    }

    /**
     * Puts a frame on its canvas.
     *
     * @param colors of the frame, for what is around it
     */
    static PixelImage place(
            PixelImage frame, ImageContainer.Canvas canvas, ColorModel colors, int background) {
        int channels = frame.channels();
        byte[] pixels = new byte[Math.multiplyExact(canvas.width(), canvas.height()) * channels];
        int fill = 0;
        if (colors instanceof IndexColorModel palette
                && canvas.fill() >= 0
                && canvas.fill() < palette.getMapSize()) {
            fill = new PaletteRows(palette, 1, background).colors[canvas.fill()];
        }
        int red = fill >> 16 & 0xff;
        int green = fill >> 8 & 0xff;
        for (int i = 0; i < pixels.length; i += channels) {
            if (channels == 1) {
                pixels[i] = grey(red, green, fill & 0xff);
            } else {
                pixels[i] = (byte) red;
                pixels[i + 1] = (byte) green;
                pixels[i + 2] = (byte) fill;
            }
        }
        int rowBytes = frame.width() * channels;
        for (int y = 0; y < frame.height(); y++) {
            int to = ((canvas.top() + y) * canvas.width() + canvas.left()) * channels;
            System.arraycopy(frame.pixels(), y * rowBytes, pixels, to, rowBytes);
        }
        return new PixelImage(canvas.width(), canvas.height(), channels, pixels);
    }

    /** Converts the four raw components of a JPEG: CMYK, or YCCK. */
    static PixelImage convertCmyk(Raster raster, boolean ycck, int channels)
            throws RefusedImageException {
        if (raster.getNumBands() != 4) {
            throw new RefusedImageException(
                    "expected 4 colour components, found " + raster.getNumBands());
        }
        return convert(raster, new CmykRows(ycck, raster.getWidth()), channels);
    }

    private static PixelImage convert(Raster raster, RowReader reader, int channels) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] pixels = new byte[Math.multiplyExact(width, height) * channels];
        int[] rgb = new int[3 * width];
        int p = 0;
        for (int y = 0; y < height; y++) {
            reader.read(raster, y, rgb);
            if (channels == 3) {
                for (int k = 0; k < 3 * width; k++) {
                    pixels[p++] = (byte) rgb[k];
                }
            } else {
                for (int x = 0; x < width; x++) {
                    pixels[p++] = grey(rgb[3 * x], rgb[3 * x + 1], rgb[3 * x + 2]);
                }
            }
        }
        return new PixelImage(width, height, channels, pixels);
    }

    /** ITU-R 601 luma in 16-bit fixed point, PIL's rounding of convert("L"). */
    static byte grey(int r, int g, int b) {
        return (byte) ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
    }

    /** A sample of an alpha 0 .. 255 over another, rounded to the nearest. */
    static int over(int value, int alpha, int under) {
        return (value * alpha + under * (255 - alpha) + 127) / 255;
    }

    private static RowReader readerFor(ColorModel colors, Raster raster, int background)
            throws RefusedImageException {
        if (colors instanceof IndexColorModel palette) {
            return new PaletteRows(palette, raster.getWidth(), background);
        }
        int space = colors.getColorSpace().getType();
        int bands = raster.getNumBands();
        if (colors instanceof DirectColorModel direct && space == ColorSpace.TYPE_RGB) {
            return new PackedRows(direct, raster.getWidth());
        }
        boolean grey = space == ColorSpace.TYPE_GRAY && (bands == 1 || bands == 2);
        boolean rgb = space == ColorSpace.TYPE_RGB && (bands == 3 || bands == 4);
        if (colors instanceof ComponentColorModel && (grey || rgb)) {
            return new ComponentRows(
                    raster, bands, grey ? 1 : 3, colors.getComponentSize(0), background);
        }
        throw new RefusedImageException(
                "expected grey, RGB, CMYK or palette pixels, found " + colors);
    }

    private static final class PaletteRows implements RowReader {

        private final int[] colors;
        private final int[] row;

        PaletteRows(IndexColorModel palette, int width, int background) {
            colors = new int[palette.getMapSize()];
            palette.getRGBs(colors);
            for (int i = 0; i < colors.length && background != DROP_ALPHA; i++) {
                int alpha = colors[i] >>> 24;
                int opaque = 0;
                for (int shift = 16; shift >= 0; shift -= 8) {
                    int value = colors[i] >> shift & 0xff;
                    opaque |= over(value, alpha, background >> shift & 0xff) << shift;
                }
                colors[i] = opaque;
            }
            row = new int[width];
        }

        @Override
        public void read(Raster raster, int y, int[] rgb) {
            raster.getPixels(0, y, row.length, 1, row);
            for (int x = 0; x < row.length; x++) {
                int color = colors[row[x]];
                rgb[3 * x] = color >> 16 & 0xff;
                rgb[3 * x + 1] = color >> 8 & 0xff;
                rgb[3 * x + 2] = color & 0xff;
            }
        }
    }

    /** Several samples in one integer, such as BMP's 5 or 6 bits a channel. */
    private static final class PackedRows implements RowReader {

        private final int[] bits;
        private final int[] row;
        private final int bands;

        PackedRows(DirectColorModel colors, int width) {
            bits = colors.getComponentSize();
            bands = bits.length;
            row = new int[width * bands];
        }

        @Override
        public void read(Raster raster, int y, int[] rgb) {
            raster.getPixels(0, y, row.length / bands, 1, row);
            for (int x = 0; x < row.length / bands; x++) {
                for (int c = 0; c < 3; c++) {
                    int max = (1 << bits[c]) - 1;
                    rgb[3 * x + c] = (row[x * bands + c] * 255 + max / 2) / max;
                }
            }
        }
    }

    private static final class ComponentRows implements RowReader {

        private final int bands;
        private final int colors;
        private final int shift;
        private final int background;
        private final int[] row;

        ComponentRows(Raster raster, int bands, int colors, int bits, int background)
                throws RefusedImageException {
            if (bits != 8 && bits != 16) {
                throw new RefusedImageException("expected samples of 8 or 16 bits, found " + bits);
            }
            this.bands = bands;
            this.colors = colors;
            shift = bits - 8;
            // Without alpha there is nothing to see through.
            this.background = bands > colors ? background : DROP_ALPHA;
            row = new int[raster.getWidth() * bands];
        }

        @Override
        public void read(Raster raster, int y, int[] rgb) {
            raster.getPixels(0, y, row.length / bands, 1, row);
            for (int x = 0; x < row.length / bands; x++) {
                for (int c = 0; c < 3; c++) {
                    rgb[3 * x + c] = row[x * bands + (colors == 1 ? 0 : c)] >> shift;
                }
                if (background != DROP_ALPHA) {
                    int alpha = row[x * bands + colors] >> shift;
                    for (int c = 0; c < 3; c++) {
                        int under = background >> (16 - 8 * c) & 0xff;
                        rgb[3 * x + c] = over(rgb[3 * x + c], alpha, under);
                    }
                }
            }
        }
    }

    /**
     * CMYK or YCCK. The samples stand inverted (255 is no ink), which is how PIL takes them; ink c
     * over black k leaves (255 - c)(255 - k) / 255.
     */
    private static final class CmykRows implements RowReader {

        private final boolean ycck;
        private final int[] row;

        CmykRows(boolean ycck, int width) {
            this.ycck = ycck;
            row = new int[4 * width];
        }

        @Override
        public void read(Raster raster, int y, int[] rgb) {
            raster.getPixels(0, y, row.length / 4, 1, row);
            for (int x = 0; x < row.length / 4; x++) {
                if (ycck) {
                    toCmyk(4 * x);
                }
                int white = row[4 * x + 3];
                for (int c = 0; c < 3; c++) {
                    int ink = 255 - row[4 * x + c];
                    rgb[3 * x + c] = Math.max(0, white - divideBy255(ink * white));
                }
            }
        }

        /** The inverse of JPEG's YCbCr (ITU-T T.871, section 7), complemented, as libjpeg does. */
        private void toCmyk(int at) {
            double luma = row[at];
            double cb = row[at + 1] - 128;
            double cr = row[at + 2] - 128;
            row[at] = 255 - clip(luma + 1.402 * cr);
            row[at + 1] = 255 - clip(luma - 0.344136286 * cb - 0.714136286 * cr);
            row[at + 2] = 255 - clip(luma + 1.772 * cb);
        }

        private static int clip(double value) {
            return (int) Math.max(0, Math.min(255, Math.rint(value)));
        }

        private static int divideBy255(int product) {
            int t = product + 128;
            return (t >> 8) + t >> 8;
        }
    }
}
