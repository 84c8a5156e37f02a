package org.soda4j.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the latent z is cut into sections, from its first dimension on (paper section 3.2).
 *
 * @param sizes dimensions of each section, at least one section, each at least 1, together at most
 *     65,536
 */
public record LatentLayout(@JsonValue List<Integer> sizes) {

    private static final int MOST = 65_536;

    /** Checks and copies the sizes. */
    @JsonCreator
    public LatentLayout {
        sizes = List.copyOf(sizes);
        if (sizes.isEmpty() || Collections.min(sizes) < 1) {
            throw new IllegalArgumentException(
                    "latent sections: expected one or more sizes of at least 1, found " + sizes);
        }
        long size = sizes.stream().mapToLong(Integer::longValue).sum();
        if (size > MOST) {
            throw new IllegalArgumentException(
                    "latent size: expected at most %d, found %d".formatted(MOST, size));
        }
    }

    /**
     * A latent of one section; {@link LayerModulation} asks for more with {@link #split}.
     *
     * @param size dimensions of z, at least 1; published: 128
     * @return the layout
     */
    public static LatentLayout of(int size) {
        return new LatentLayout(List.of(size));
    }

    /**
     * Returns the layout of the same z in equal sections, the first {@code size mod sections} of
     * them one dimension larger.
     *
     * @param sections how many, 1 .. {@link #size()}
     * @return the layout
     */
    public LatentLayout split(int sections) {
        int size = size();
        if (sections < 1 || sections > size) {
            throw new IllegalArgumentException(
                    "latent sections: expected 1 .. %d (the dimensions of z), found %d; enlarge the latent or use fewer sections (grouped(k))"
                            .formatted(size, sections));
        }
        return new LatentLayout(
                IntStream.range(0, sections)
                        .mapToObj(i -> size / sections + (i < size % sections ? 1 : 0))
                        .toList());
    }

    /**
     * Returns the dimensions of z.
     *
     * @return the sum of the sections
     */
    public int size() {
        return sizes.stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * Returns the number of sections.
     *
     * @return at least 1
     */
    public int sections() {
        return sizes.size();
    }

    /**
     * Returns the size of one section.
     *
     * @param section 0 .. sections - 1
     * @return its dimensions
     */
    public int size(int section) {
        return sizes.get(section);
    }

    /**
     * Returns where a section begins.
     *
     * @param section 0 .. sections - 1
     * @return its first dimension
     */
    public int offset(int section) {
        return sizes.subList(0, section).stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * Repeats a number of each section over its dimensions, such as a mask.
     *
     * @param sections {@code [N, sections]} of any numeric or boolean type; stays open
     * @return float32 {@code [N, size]}, in the same manager; no gradients flow
     */
    public NDArray spread(NDArray sections) {
        float[] ones = new float[sections() * size()];
        for (int i = 0; i < sections(); i++) {
            Arrays.fill(ones, i * size() + offset(i), i * size() + offset(i) + size(i), 1);
        }
        NDManager manager = sections.getManager();
        try (NDArray onHost = manager.create(ones, new Shape(sections(), size()));
                NDArray each = onHost.toDevice(sections.getDevice(), false);
                NDArray numbers = sections.stopGradient();
                NDArray floats = numbers.toType(DataType.FLOAT32, true)) {
            return floats.matMul(each);
        }
    }

    /**
     * Returns one factor for each dimension of z: 1 where its section is kept, 0 where it is
     * dropped.
     *
     * @param keep a flag for each section
     * @return as many numbers as z has dimensions
     * @throws IllegalArgumentException if there is another number of flags
     */
    public float[] mask(boolean[] keep) {
        if (keep.length != sections()) {
            throw new IllegalArgumentException(
                    "keep: expected a flag for each of the %d sections of the latent, found %d"
                            .formatted(sections(), keep.length));
        }
        float[] mask = new float[size()];
        int begin = 0;
        for (int i = 0; i < keep.length; i++) {
            int end = begin + size(i);
            Arrays.fill(mask, begin, end, keep[i] ? 1 : 0);
            begin = end;
        }
        return mask;
    }

    @Override
    public String toString() {
        return sizes.toString();
    }
}
