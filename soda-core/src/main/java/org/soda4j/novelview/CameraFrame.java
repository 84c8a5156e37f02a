package org.soda4j.novelview;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The world in which a model sees its cameras. */
public enum CameraFrame {
    /** The world of the data: objects stand in it in a common way. */
    ABSOLUTE,
    /**
     * The axes of the source camera, so that nothing depends on where the world's origin is. Of
     * several sources the one whose numbers ({@link Camera#toNumbers()}) come first in
     * lexicographic order gives the axes, whatever the order of the views.
     */
    RELATIVE;

    private static final Comparator<Camera> ORDER =
            (a, b) -> Arrays.compare(a.toNumbers(), b.toNumbers());

    /**
     * Returns the source camera whose axes the others are seen in.
     *
     * @param sources the source cameras of one example, at least one
     * @return one of them
     */
    public Camera reference(List<Camera> sources) {
        return sources.stream()
                .min(ORDER)
                .orElseThrow(
                        () -> new IllegalArgumentException("expected source cameras, found none"));
    }

    /**
     * Moves a camera into this frame.
     *
     * @param camera a source or target camera
     * @param reference what {@link #reference} gave for the sources
     * @return the camera as the model sees it
     */
    public Camera place(Camera camera, Camera reference) {
        return this == ABSOLUTE ? camera : camera.relativeTo(reference);
    }
}
