package org.soda4j.io;

import ai.djl.ndarray.types.Shape;

/**
 * Where a tensor stands in a safetensors file.
 *
 * @param name the tensor's name
 * @param dtype the type of its elements in the file
 * @param shape its shape; the empty shape is a scalar
 * @param begin its first byte, counted from the start of the data section
 * @param end the byte after its last; {@code end - begin} is the shape's product times {@link
 *     Dtype#bytes()}
 */
record TensorInfo(String name, Dtype dtype, Shape shape, long begin, long end) {

    /**
     * The size in the file.
     *
     * @return bytes, at least 0
     */
    public long byteCount() {
        return end - begin;
    }
}
