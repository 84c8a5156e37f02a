package org.soda4j.latent;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Which section of the latent drives which part of the denoiser (layer modulation, paper section
 * 3.2).
 *
 * <p>A U-Net pushes m activations h_0 .. h_{m-1} on its skip stack, has one middle h_m, and m up
 * blocks that each pop one. The <em>depth</em> of a block is the index of the activation that it
 * produces or pops; the middle has depth m. A section drives all blocks of the depths it is given.
 *
 * @param kind how sections are assigned
 * @param groups the number of sections where {@code kind} is {@link Kind#GROUPED}, else 0
 */
public record LayerModulation(Kind kind, @JsonInclude(JsonInclude.Include.NON_DEFAULT) int groups) {

    /** How sections are assigned. */
    public enum Kind {
        /** One section: every block sees all of z. */
        WHOLE,
        /** A section for every depth: m + 1 of them, shared by a down block and its mirror. */
        PAIRED,
        /** A given number of sections, each for a run of neighbouring depths. */
        GROUPED
    }

    /** Checks the number of groups. */
    public LayerModulation {
        if (kind == Kind.GROUPED ? groups < 1 : groups != 0) {
            throw new IllegalArgumentException(
                    "modulation %s: expected %s, found groups = %d"
                            .formatted(
                                    kind,
                                    kind == Kind.GROUPED ? "at least 1 group" : "no groups",
                                    groups));
        }
    }

    /** From JSON, where {@code groups} is left out unless there are some. */
    @JsonCreator
    static LayerModulation of(
            @JsonProperty(value = "kind", required = true) Kind kind,
            @JsonProperty("groups") Integer groups) {
        return new LayerModulation(kind, groups == null ? 0 : groups);
    }

    /**
     * Every block sees all of z.
     *
     * @return the modulation
     */
    public static LayerModulation whole() {
        return new LayerModulation(Kind.WHOLE, 0);
    }

    /**
     * A section for every depth of the U-Net: the paper's layer modulation.
     *
     * @return the modulation
     */
    public static LayerModulation paired() {
        return new LayerModulation(Kind.PAIRED, 0);
    }

    /**
     * A given number of sections, each for a run of neighbouring depths of nearly equal length.
     *
     * @param sections at least 1, at most the depths of the U-Net
     * @return the modulation
     */
    public static LayerModulation grouped(int sections) {
        return new LayerModulation(Kind.GROUPED, sections);
    }

    /**
     * Returns how many sections a U-Net needs.
     *
     * @param depths its depths, m + 1
     * @return the number of sections
     * @throws IllegalArgumentException if there are more groups than depths
     */
    public int sections(int depths) {
        if (groups > depths) {
            throw new IllegalArgumentException(
                    "modulation grouped(%d): expected at most %d groups, the depths of this U-Net"
                            .formatted(groups, depths));
        }
        return switch (kind) {
            case WHOLE -> 1;
            case PAIRED -> depths;
            case GROUPED -> groups;
        };
    }

    /**
     * Returns the section that drives the blocks of a depth.
     *
     * @param depth 0 .. depths - 1
     * @param depths the depths of the U-Net, m + 1
     * @return 0 .. sections - 1
     */
    public int section(int depth, int depths) {
        return depth * sections(depths) / depths;
    }

    /**
     * Cuts a latent as this modulation wants it. A layout that has the right number of sections
     * already keeps its own sizes.
     *
     * @param layout the latent, as the user gave it
     * @param depths the depths of the U-Net, m + 1
     * @return the layout with {@link #sections} sections
     * @throws IllegalArgumentException if the layout has sections, but another number of them
     */
    public LatentLayout layout(LatentLayout layout, int depths) {
        int sections = sections(depths);
        if (layout.sections() == sections) {
            return layout;
        }
        if (layout.sections() > 1) {
            throw new IllegalArgumentException(
                    "latent sections: expected %d for %s modulation of this U-Net, found %d: %s; give only the size, LatentLayout.of(%d), to have it cut"
                            .formatted(sections, kind, layout.sections(), layout, layout.size()));
        }
        return layout.split(sections);
    }
}
