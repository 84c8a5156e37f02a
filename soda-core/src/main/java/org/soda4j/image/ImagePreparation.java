package org.soda4j.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import java.util.Objects;

/**
 * How an image file becomes what a model sees. It is a part of the model's configuration, saved
 * with it, and the same for all ways in: {@code Soda.encode(Path)}, predictors, data sets, programs
 * and Spark give one file one latent.
 *
 * <p>Files are decoded as {@link ImageDecoder} says (palettes, CMYK, 16 bits), get the model's
 * channels (grey is repeated; colour becomes ITU-R 601 luma), and are resampled by an antialiased
 * bilinear filter with 8-bit samples between the two passes, as Pillow does it. The model itself
 * divides by 255 and normalises ({@code PixelNormalization}).
 *
 * @param upright whether images are turned as their EXIF orientation says; default true
 * @param background what transparent pixels are laid over, {@code "#rrggbb"}; default null: alpha
 *     is dropped, as torchvision does
 * @param fit what becomes of an image with other proportions than the model's; default {@link
 *     Fit#STRETCH}
 */
public record ImagePreparation(
        Boolean upright, @JsonInclude(JsonInclude.Include.NON_NULL) String background, Fit fit) {

    /** What becomes of an image with other proportions than the model's. */
    public enum Fit {
        /** All of it is seen, squeezed to the model's proportions. */
        STRETCH,
        /** The largest central part with the model's proportions is seen. */
        CROP
    }

    /** Fills in defaults. */
    public ImagePreparation(
            @JsonProperty("upright") Boolean upright,
            @JsonProperty("background") String background,
            @JsonProperty("fit") Fit fit) {
        if (background != null && !background.matches("#[0-9a-fA-F]{6}")) {
            throw new IllegalArgumentException(
                    "background: expected a colour such as \"#ffffff\", found \""
                            + (background + '"'));
        }
        this.upright = upright == null || upright;
        this.background = background == null ? null : background.toLowerCase(Locale.ROOT);
        this.fit = fit == null ? Fit.STRETCH : fit;
    }

    /**
     * Upright, alpha dropped, stretched.
     *
     * @return what models have unless they say otherwise
     */
    public static ImagePreparation standard() {
        return new ImagePreparation(null, null, null);
    }

    /**
     * Returns a decoder that turns and fills as this says.
     *
     * @param channels 1 (grey) or 3 (red, green, blue)
     * @return the decoder, with default limits
     */
    public ImageDecoder decoder(int channels) {
        return options(ImageDecoder.builder()).channels(channels).build();
    }

    /**
     * Sets a decoder's orientation and background.
     *
     * @param decoder is changed
     * @return the same
     */
    public ImageDecoder.Builder options(ImageDecoder.Builder decoder) {
        Objects.requireNonNull(decoder, "decoder").applyOrientation(upright);
        return background == null
                ? decoder
                : decoder.background(Integer.parseInt(background.substring(1), 16));
    }

    /**
     * Gives a decoded image a model's channels and size.
     *
     * @param image is changed
     * @param channels 1 or 3
     * @param height rows, at least 1
     * @param width columns, at least 1
     */
    public void apply(PixelBuffer image, int channels, int height, int width) {
        image.toChannels(channels);
        int rows = image.height();
        int columns = image.width();
        if (fit == Fit.CROP) {
            // The largest part of the proportions, at least one pixel.
            long wide = (long) rows * width / height;
            long high = (long) columns * height / width;
            columns = (int) Math.max(1, Math.min(columns, wide));
            rows = (int) Math.max(1, Math.min(rows, high));
        }
        int top = (image.height() - rows) / 2;
        int left = (image.width() - columns) / 2;
        if (rows != image.height()
                || columns != image.width()
                || rows != height
                || columns != width) {
            Resampling.resize(image, top, left, rows, columns, height, width);
        }
    }
}
