package org.soda4j.data.transform;

import java.util.List;
import java.util.stream.Stream;
import org.soda4j.image.PixelBuffer;

/**
 * The elementary operations of RandAugment (Cubuk et al., "RandAugment: Practical automated data
 * augmentation with a reduced search space", 2020) with torchvision's semantics on 8-bit images:
 * nearest-neighbour sampling, 0 where nothing is known.
 */
public enum ImageOperation {
    /** Leaves the image as it is. */
    IDENTITY("Identity", false),
    /** Shears along x; magnitude is the tangent of the angle, about the top left corner. */
    SHEAR_X("ShearX", true),
    /** Shears along y; magnitude is the tangent of the angle, about the top left corner. */
    SHEAR_Y("ShearY", true),
    /** Moves right by the whole part of the magnitude, in pixels. */
    TRANSLATE_X("TranslateX", true),
    /** Moves down by the whole part of the magnitude, in pixels. */
    TRANSLATE_Y("TranslateY", true),
    /** Turns counter-clockwise about the centre by the magnitude, in degrees. */
    ROTATE("Rotate", true),
    /** Blends with black; the factor is 1 + magnitude. */
    BRIGHTNESS("Brightness", true),
    /** Blends with the grey image; the factor is 1 + magnitude. */
    COLOR("Color", true),
    /** Blends with the mean grey level; the factor is 1 + magnitude. */
    CONTRAST("Contrast", true),
    /** Blends with the smoothed image; the factor is 1 + magnitude. */
    SHARPNESS("Sharpness", true),
    /** Keeps as many high bits of each sample as the magnitude says, 0 .. 8. */
    POSTERIZE("Posterize", false),
    /** Inverts the samples at or above the magnitude, 0 .. 255. */
    SOLARIZE("Solarize", false),
    /** Stretches each channel to the full range; the magnitude does not matter. */
    AUTO_CONTRAST("AutoContrast", false),
    /** Equalizes each channel's histogram; the magnitude does not matter. */
    EQUALIZE("Equalize", false);

    private static final List<ImageOperation> ALL = List.of(values());

    private final String title;
    private final boolean signed;

    ImageOperation(String title, boolean signed) {
        this.title = title;
        this.signed = signed;
    }

    /**
     * Returns all operations, in torchvision's order.
     *
     * @return the fourteen operations
     */
    public static List<ImageOperation> all() {
        return ALL;
    }

    /**
     * Finds an operation by torchvision's name of it.
     *
     * @param title for example {@code "ShearX"}
     * @return the operation
     * @throws IllegalArgumentException if there is none of this name
     */
    public static ImageOperation byName(String title) {
        return Stream.of(values())
                .filter(operation -> operation.title.equals(title))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "expected one of %s, found %s"
                                                .formatted(
                                                        ALL.stream()
                                                                .map(ImageOperation::title)
                                                                .toList(),
                                                        title)));
    }

    /**
     * Returns torchvision's name of the operation.
     *
     * @return for example {@code "ShearX"}
     */
    public String title() {
        return title;
    }

    /**
     * Says whether RandAugment draws a sign for the magnitude.
     *
     * @return true for the geometric and the blending operations
     */
    public boolean signed() {
        return signed;
    }

    /**
     * Returns the magnitude of one of RandAugment's equally wide steps.
     *
     * @param bin 0 .. bins - 1
     * @param bins the number of steps, at least 2; 31 is torchvision's default
     * @param width columns of the image, in pixels
     * @param height rows of the image, in pixels
     * @return the magnitude without sign
     * @throws IllegalArgumentException if bin or bins are out of range
     */
    public double magnitude(int bin, int bins, int width, int height) {
        if (bins < 2 || bin < 0 || bin >= bins) {
            throw new IllegalArgumentException(
                    "expected at least 2 bins and a bin below their number, found bin %d of %d"
                            .formatted(bin, bins));
        }
        return switch (this) {
            case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
            case SHEAR_X, SHEAR_Y -> step(0, 0.3, bin, bins);
            case TRANSLATE_X -> step(0, 150.0 / 331.0 * width, bin, bins);
            case TRANSLATE_Y -> step(0, 150.0 / 331.0 * height, bin, bins);
            case ROTATE -> step(0, 30, bin, bins);
            case BRIGHTNESS, COLOR, CONTRAST, SHARPNESS -> step(0, 0.9, bin, bins);
            case POSTERIZE -> 8 - Math.rint((float) (bin / ((bins - 1) / 4.0)));
            case SOLARIZE -> step(255, 0, bin, bins);
        };
    }

    /**
     * Applies the operation in place.
     *
     * @param image the image
     * @param magnitude in the operation's own unit, see the constants
     * @throws IllegalArgumentException if the operation has no such magnitude
     */
    public void apply(PixelBuffer image, double magnitude) {
        if (!Double.isFinite(magnitude)) {
            throw new IllegalArgumentException(
                    title + ": expected a finite magnitude, found " + magnitude);
        }
        switch (this) {
            case IDENTITY -> {}
            case SHEAR_X -> AffineSampling.transform(image, 1, magnitude, 0, 0, 1, 0);
            case SHEAR_Y -> AffineSampling.transform(image, 1, 0, 0, magnitude, 1, 0);
            case TRANSLATE_X -> AffineSampling.translate(image, (int) magnitude, 0);
            case TRANSLATE_Y -> AffineSampling.translate(image, 0, (int) magnitude);
            case ROTATE -> AffineSampling.rotate(image, magnitude);
            case BRIGHTNESS -> Enhancement.brightness(image, 1 + magnitude);
            case COLOR -> Enhancement.color(image, 1 + magnitude);
            case CONTRAST -> Enhancement.contrast(image, 1 + magnitude);
            case SHARPNESS -> Enhancement.sharpness(image, 1 + magnitude);
            case POSTERIZE -> {
                if (magnitude < 0 || magnitude > 8) {
                    throw new IllegalArgumentException(
                            title + ": expected 0 .. 8 bits, found " + magnitude);
                }
                LookupTables.posterize(image, (int) magnitude);
            }
            case SOLARIZE -> LookupTables.solarize(image, magnitude);
            case AUTO_CONTRAST -> LookupTables.autoContrast(image);
            case EQUALIZE -> LookupTables.equalize(image);
        }
    }

    /** Equal steps in single precision, as torchvision makes them. */
    private static double step(double from, double to, int bin, int bins) {
        float step = ((float) to - (float) from) / (bins - 1);
        return bin < bins / 2 ? (float) from + step * bin : (float) to - step * (bins - 1 - bin);
    }
}
