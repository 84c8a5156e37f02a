package org.soda4j.engine;

/**
 * The class of shapes that a kernel is tried on.
 *
 * @param outputs channels of the result
 * @param inputs channels of the input
 * @param size of the square kernel
 * @param stride of the convolution
 */
@Internal
public record KernelShape(long outputs, long inputs, long size, int stride) {

    /** For what does not depend on a shape. */
    static final KernelShape ANY = new KernelShape(1, 1, 1, 1);

    @Override
    public String toString() {
        return this.equals(ANY)
                ? "any shape"
                : "%d to %d channels, %d x %d, stride %d"
                        .formatted(inputs, outputs, size, size, stride);
    }
}
