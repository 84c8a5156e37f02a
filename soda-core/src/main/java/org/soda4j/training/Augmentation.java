package org.soda4j.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How the two augmented views of an image are made: random crops, flips and, if wanted, changes of
 * colour. The alternative is the published recipe, whose crops keep as little as 8 % of the image
 * and whose RandAugment needs hundreds of epochs to pay; mild augmentation teaches more in minutes.
 *
 * @param sourceArea least part of the image's area that a crop for the encoder keeps, more than 0,
 *     at most 1; aspect ratios 3/4 to 4/3, as torchvision's RandomResizedCrop
 * @param targetArea the same of crops that the denoiser rebuilds
 * @param flip probability that a view is mirrored left to right, 0 .. 1; 0 where left and right
 *     matter
 * @param colorJitter strength of random changes of the source's brightness, contrast and
 *     saturation, and a quarter of it of the hue, 0 .. 1; 0 for none
 * @param grayscale probability that the source is made grey, 0 .. 1
 */
public record Augmentation(
        double sourceArea, double targetArea, double flip, double colorJitter, double grayscale) {

    /** Checks the ranges. */
    public Augmentation {
        requireArea("sourceArea", sourceArea);
        requireArea("targetArea", targetArea);
        requireUnit("flip", flip);
        requireUnit("colorJitter", colorJitter);
        requireUnit("grayscale", grayscale);
    }

    /** What the text leaves out is not done. */
    @JsonCreator
    static Augmentation of(
            @JsonProperty(value = "sourceArea", required = true) double sourceArea,
            @JsonProperty(value = "targetArea", required = true) double targetArea,
            @JsonProperty("flip") Double flip,
            @JsonProperty("colorJitter") Double colorJitter,
            @JsonProperty("grayscale") Double grayscale) {
        return new Augmentation(
                sourceArea, targetArea, orZero(flip), orZero(colorJitter), orZero(grayscale));
    }

    private static double orZero(Double value) {
        return value == null ? 0 : value;
    }

    /**
     * The augmentation of trainings of minutes: crops of at least 0.8 for the encoder and 0.9 for
     * the denoiser, flips with probability 0.5, colours as they are.
     *
     * @return the augmentation
     */
    public static Augmentation mild() {
        return new Augmentation(0.8, 0.9, 0.5, 0, 0);
    }

    private static void requireArea(String field, double value) {
        OptimizerOptions.require(
                value > 0 && value <= 1, field, "more than 0 and at most 1", value);
    }

    private static void requireUnit(String field, double value) {
        OptimizerOptions.require(value >= 0 && value <= 1, field, "0 .. 1", value);
    }
}
