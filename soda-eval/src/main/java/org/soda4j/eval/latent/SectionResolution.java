package org.soda4j.eval.latent;

import org.soda4j.SodaConfig;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.diffusion.SectionKeep;

/** Sections by the resolution of the U-Net's layers that they drive. */
public enum SectionResolution {
    /** The lowest resolution of the U-Net, with its middle. */
    COARSE,
    /** Every resolution between; no section where the U-Net has only two. */
    MIDDLE,
    /** The resolution of the images. */
    FINE;

    /**
     * The sections of this resolution. A section that drives several resolutions counts for that of
     * its middle depth.
     *
     * @param config a model's
     * @return the choice; over the three values every section is chosen once
     * @throws IllegalArgumentException if the denoiser is no U-Net or has one resolution only
     */
    public SectionKeep sections(SodaConfig config) {
        if (!(config.denoiser() instanceof UNetDenoiserConfig denoiser)) {
            throw new IllegalArgumentException(
                    "expected a UNetDenoiser, found the %s; choose sections by index"
                            .formatted(config.denoiser()));
        }
        int levels = denoiser.multipliers().size();
        if (levels < 2) {
            throw new IllegalArgumentException(
                    "expected a U-Net of at least 2 resolutions, found 1; choose sections by index");
        }
        int depths = denoiser.depths();
        int count = config.latent().sections();
        boolean[] keep = new boolean[count];
        for (int section = 0; section < count; section++) {
            int first = depths;
            int last = 0;
            for (int depth = 0; depth < depths; depth++) {
                if (config.modulation().section(depth, depths) == section) {
                    first = Math.min(first, depth);
                    last = depth;
                }
            }
            int level = level((first + last) / 2, denoiser.blocks(), levels);
            keep[section] = this == (level == 0 ? FINE : level == levels - 1 ? COARSE : MIDDLE);
        }
        return SectionKeep.of(keep);
    }

    /**
     * Depth 0 is the input; each level then has its blocks and, but for the last, the change to the
     * next level, whose output has that level's resolution.
     */
    static int level(int depth, int blocks, int levels) {
        return Math.min(depth / (blocks + 1), levels - 1);
    }
}
