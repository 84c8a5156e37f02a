package org.soda4j.diffusion;

import java.util.Arrays;

/**
 * Which sections of the latent the denoiser sees; the others are zeroed. In a model of novel views,
 * also whether it sees the target camera, which it does unless {@link #withoutCamera()} was called.
 * Immutable; equal when the same is kept.
 */
public final class SectionKeep {

    /** Every section: the fully conditional denoiser. */
    public static final SectionKeep ALL = new SectionKeep(null, true, true);

    /** No section: the unconditional denoiser. */
    public static final SectionKeep NONE = new SectionKeep(null, false, true);

    private final boolean[] flags;
    private final boolean whole;
    private final boolean camera;

    private SectionKeep(boolean[] flags, boolean whole, boolean camera) {
        this.flags = flags;
        this.whole = whole;
        this.camera = camera;
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
                return new SectionKeep(flags.clone(), false, true);
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
     * Keeps the same sections, and hides the target camera.
     *
     * @return the choice
     */
    public SectionKeep withoutCamera() {
        return new SectionKeep(flags, whole, false);
    }

    /**
     * Whether the target camera, if there is one, is seen.
     *
     * @return false after {@link #withoutCamera()}
     */
    public boolean keepsCamera() {
        return camera;
    }

    /**
     * Whether every section is kept.
     *
     * @return true for {@link #ALL}, with or without the camera
     */
    public boolean keepsAll() {
        return flags == null && whole;
    }

    /**
     * Whether no section is kept.
     *
     * @return true for {@link #NONE}, with or without the camera
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
                && camera == that.camera
                && Arrays.equals(flags, that.flags);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(flags) + Boolean.hashCode(whole))
                + Boolean.hashCode(camera);
    }

    @Override
    public String toString() {
        String sections = flags == null ? (whole ? "all" : "none") : Arrays.toString(flags);
        return camera ? sections : sections + " without camera";
    }
}
