package org.soda4j.diffusion;

import java.util.Arrays;

/**
 * Which sections of the latent the denoiser sees; the others are zeroed. Immutable; equal when the
 * same sections are kept.
 */
public final class SectionKeep {

    /** Every section: the fully conditional denoiser. */
    public static final SectionKeep ALL = new SectionKeep(null, true);

    /** No section: the unconditional denoiser. */
    public static final SectionKeep NONE = new SectionKeep(null, false);

    private final boolean[] flags;
    private final boolean whole;

    private SectionKeep(boolean[] flags, boolean whole) {
        this.flags = flags;
        this.whole = whole;
    }

    /**
     * Keeps some sections. Flags that are all equal give {@link #ALL} or {@link #NONE}.
     *
     * @param flags one for each section, in order: true keeps, false zeroes
     * @return the choice
     * @throws IllegalArgumentException if there are no flags
     */
    public static SectionKeep of(boolean... flags) {
        if (flags.length == 0) {
            throw new IllegalArgumentException("expected a flag for each section, found none");
        }
        for (boolean flag : flags) {
            if (flag != flags[0]) {
                return new SectionKeep(flags.clone(), false);
            }
        }
        return flags[0] ? ALL : NONE;
    }

    /**
     * Keeps the named sections only.
     *
     * @param sections how many sections the latent has, at least 1
     * @param kept indices of the sections to keep, each 0 to sections - 1
     * @return the choice
     * @throws IllegalArgumentException if an index is out of range
     */
    public static SectionKeep only(int sections, int... kept) {
        if (sections < 1) {
            throw new IllegalArgumentException("expected at least 1 section, found " + sections);
        }
        boolean[] flags = new boolean[sections];
        for (int index : kept) {
            if (index < 0 || index >= sections) {
                throw new IllegalArgumentException(
                        "expected sections from 0 to %d, found %d".formatted(sections - 1, index));
            }
            flags[index] = true;
        }
        return of(flags);
    }

    /**
     * Whether every section is kept.
     *
     * @return true for {@link #ALL}
     */
    public boolean keepsAll() {
        return flags == null && whole;
    }

    /**
     * Whether no section is kept.
     *
     * @return true for {@link #NONE}
     */
    public boolean keepsNone() {
        return flags == null && !whole;
    }

    /**
     * The flags for a latent.
     *
     * @param sections how many sections it has, at least 1
     * @return a new array, one flag for each section
     * @throws IllegalArgumentException if the choice was made for another number of sections
     */
    public boolean[] flags(int sections) {
        if (flags == null) {
            boolean[] all = new boolean[sections];
            Arrays.fill(all, whole);
            return all;
        }
        if (flags.length != sections) {
            throw new IllegalArgumentException(
                    "expected a choice among the latent's %d sections, found one among %d"
                            .formatted(sections, flags.length));
        }
        return flags.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SectionKeep that
                && whole == that.whole
                && Arrays.equals(flags, that.flags);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(flags) + Boolean.hashCode(whole);
    }

    @Override
    public String toString() {
        return flags == null ? (whole ? "all" : "none") : Arrays.toString(flags);
    }
}
