package org.soda4j.denoiser;

import java.util.List;
import org.soda4j.engine.Bounds;

/**
 * What a U-Net's numbers may be, each bound far above what has been published; no product of them
 * leaves an int.
 */
final class UNetBounds {

    private static final int MOST_CHANNELS = 8192;
    private static final int MOST_MULTIPLIER = 64;
    private static final int MOST_LEVELS = 16;
    private static final int MOST_BLOCKS = 64;
    private static final int MOST_IMAGE_CHANNELS = 1024;
    private static final int MOST_PIXELS = 16_384;

    private UNetBounds() {}

    static List<Integer> requireImageShape(String field, List<Integer> shape) {
        if (shape.size() != 3) {
            throw new IllegalArgumentException(
                    "%s: expected channels, height and width, found %s".formatted(field, shape));
        }
        Bounds.requireAll(field, 1, MOST_PIXELS, shape);
        Bounds.require(field + " (channels)", 1, MOST_IMAGE_CHANNELS, shape.get(0));
        return List.copyOf(shape);
    }

    static void requireChannels(int channels, int groups) {
        if (channels < groups || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "channels: expected a multiple of %d, the groups of the norms, found %d"
                            .formatted(groups, channels));
        }
        Bounds.require("channels", 1, MOST_CHANNELS, channels);
    }

    static void requireGroups(int groups) {
        Bounds.require("groups", 1, MOST_CHANNELS, groups);
    }

    static List<Integer> requireMultipliers(List<Integer> multipliers) {
        Bounds.require("multipliers (levels)", 0, MOST_LEVELS, multipliers.size());
        Bounds.requireAll("multipliers", 1, MOST_MULTIPLIER, multipliers);
        return List.copyOf(multipliers);
    }

    static void requireBlocks(int blocks) {
        Bounds.require("blocks", 1, MOST_BLOCKS, blocks);
    }

    static List<Integer> requireAttention(List<Integer> levels) {
        Bounds.requireAll("attention", 0, MOST_LEVELS - 1, levels);
        return List.copyOf(levels);
    }

    static void requireChannelsPerHead(int channelsPerHead) {
        Bounds.require("channelsPerHead", 0, MOST_CHANNELS * MOST_MULTIPLIER, channelsPerHead);
    }

    static void requireDropout(double dropout) {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "dropout: expected a probability of at least 0 and less than 1, found "
                            + dropout);
        }
    }

    static void requireTimeDivisor(double divisor) {
        if (!(divisor > 0 && divisor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "timeDivisor: expected a positive number, found " + divisor);
        }
    }
}
