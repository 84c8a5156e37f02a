package org.soda4j.denoiser;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.soda4j.engine.Resample;

/**
 * Which stages a U-Net has, in order, and their widths.
 *
 * @param down those of the down path, each of which pushes its output on the skip stack
 * @param middleChannels the width of the middle
 * @param up those of the up path
 */
record UNetPlan(List<Stage> down, int middleChannels, List<Stage> up) {

    /**
     * A residual block with or without attention, or a change of resolution.
     *
     * @param level from 0, the resolution after it
     * @param depth i of the activation h_i that it makes or, on the up path, pops
     * @param popsSkip whether an activation of the skip stack joins its input
     * @param resample how it changes the resolution
     * @param inChannels with those of the activation that it pops
     * @param outChannels of its output
     * @param attention whether self-attention follows
     * @param crossAttention whether attention to source latents follows
     */
    record Stage(
            int level,
            int depth,
            boolean popsSkip,
            Resample resample,
            int inChannels,
            int outChannels,
            boolean attention,
            boolean crossAttention) {}

    /** Of a configuration. */
    static UNetPlan of(UNetDenoiserConfig config, UNetConditions conditions) {
        List<Stage> down = new ArrayList<>();
        List<Stage> up = new ArrayList<>();
        int c = config.channels();
        Deque<Integer> skips = new ArrayDeque<>(List.of(c));
        int levels = config.multipliers().size();
        for (int level = 0; level < levels; level++) {
            int width = config.channels(level);
            boolean attends = config.attention().contains(level);
            boolean crosses = conditions.crossAttention().contains(level);
            for (int i = 0; i < config.blocks(); i++) {
                down.add(
                        new Stage(
                                level,
                                skips.size(),
                                false,
                                Resample.NONE,
                                c,
                                width,
                                attends,
                                crosses));
                c = width;
                skips.push(c);
            }
            if (level < levels - 1) {
                down.add(resampling(level + 1, skips.size(), Resample.DOWN, c));
                skips.push(c);
            }
        }
        int middle = c;
        for (int level = levels - 1; level >= 0; level--) {
            int width = config.channels(level);
            boolean attends = config.attention().contains(level);
            boolean crosses = conditions.crossAttention().contains(level);
            for (int i = 0; i <= config.blocks(); i++) {
                int in = c + skips.pop();
                up.add(
                        new Stage(
                                level,
                                skips.size(),
                                true,
                                Resample.NONE,
                                in,
                                width,
                                attends,
                                crosses));
                c = width;
            }
            if (level > 0) {
                // Up-sampling has no activation of its own: it goes with the up block before it.
                up.add(resampling(level - 1, skips.size(), Resample.UP, c));
            }
        }
        return new UNetPlan(List.copyOf(down), middle, List.copyOf(up));
    }

    private static Stage resampling(int level, int depth, Resample resample, int channels) {
        return new Stage(level, depth, false, resample, channels, channels, false, false);
    }
}
