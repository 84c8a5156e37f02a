package org.soda4j.data.transform;

import org.soda4j.image.PixelBuffer;

/** The four adjustments that {@link ColorJitter} draws from, with torchvision's semantics. */
public enum ColorAdjustment {
    /** Blends with black: factor 0 is black, 1 the image. */
    BRIGHTNESS,
    /** Blends with the mean grey level: factor 0 is grey, 1 the image. */
    CONTRAST,
    /** Blends with the grey image: factor 0 is grey, 1 the image. */
    SATURATION,
    /** Turns the hue; factor in turns, -0.5 .. 0.5. */
    HUE;

    /**
     * Applies the adjustment in place.
     *
     * @param image the image
     * @param factor at least 0, or -0.5 .. 0.5 for the hue
     * @throws IllegalArgumentException if the factor is out of range
     */
    public void apply(PixelBuffer image, double factor) {
        boolean valid = this == HUE ? Math.abs(factor) <= 0.5 : factor >= 0;
        if (!valid || !Double.isFinite(factor)) {
            throw new IllegalArgumentException(
                    "%s: expected %s, found %s"
                            .formatted(this, this == HUE ? "-0.5 .. 0.5" : "0 or more", factor));
        }
        switch (this) {
            case BRIGHTNESS -> Enhancement.brightness(image, factor);
            case CONTRAST -> Enhancement.contrast(image, factor);
            case SATURATION -> Enhancement.color(image, factor);
            case HUE -> HueShift.apply(image, factor);
        }
    }
}
