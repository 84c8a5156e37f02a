package org.soda4j.data.pair;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * Native memory for one batch, filled by the loader's threads and read by the engine without a copy
 * (on a CPU), used for batch after batch. Not freed by itself: {@link #close()}.
 */
final class BatchMemory implements AutoCloseable {

    /** Cache lines; what a vector unit likes best. */
    private static final int ALIGNMENT = 64;

    /** True from delivery until the batch is closed; guarded by the loader's lock. */
    boolean held;

    private final Memory memory;
    private final ViewPairs pairs;
    private final ByteBuffer source;
    private final ByteBuffer target;
    private final ByteBuffer sourcePose;
    private final ByteBuffer targetPose;
    private final ByteBuffer labels;
    private final FloatBuffer sourceValues;
    private final FloatBuffer targetValues;
    private final FloatBuffer sourcePoseValues;
    private final FloatBuffer targetPoseValues;
    private final LongBuffer labelValues;
    private long used;

    BatchMemory(ViewPairs pairs, int batchSize) {
        this.pairs = pairs;
        long sourceBytes = bytes(batchSize, pairs.source().length());
        long targetBytes = bytes(batchSize, pairs.target().length());
        long poseBytes = bytes(batchSize, pairs.poseSize());
        long labelBytes = 8L * batchSize;
        // A JNA Memory, unlike a direct buffer, is freed at a known moment.
        memory = new Memory(sourceBytes + targetBytes + 2 * poseBytes + labelBytes + 6 * ALIGNMENT);
        used = -Pointer.nativeValue(memory) & (ALIGNMENT - 1);
        source = part(sourceBytes);
        target = part(targetBytes);
        sourcePose = part(poseBytes);
        targetPose = part(poseBytes);
        labels = part(labelBytes);
        sourceValues = source.asFloatBuffer();
        targetValues = target.asFloatBuffer();
        sourcePoseValues = sourcePose.asFloatBuffer();
        targetPoseValues = targetPose.asFloatBuffer();
        labelValues = labels.asLongBuffer();
    }

    private static long bytes(int batchSize, int length) {
        long bytes = 4L * batchSize * length;
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "expected at most 2 GB for the views of a batch, found %d bytes for %d pairs; lower the batch size"
                            .formatted(bytes, batchSize));
        }
        return bytes;
    }

    private ByteBuffer part(long bytes) {
        if (bytes == 0) {
            return ByteBuffer.allocate(0);
        }
        ByteBuffer part = memory.getByteBuffer(used, bytes);
        used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return part;
    }

    /** Stores a pair; different threads may store different places at once. */
    void put(int place, ViewWorkspace space) {
        sourceValues.put(place * space.source.length, space.source);
        targetValues.put(place * space.target.length, space.target);
        if (space.sourcePose.length > 0) {
            sourcePoseValues.put(place * space.sourcePose.length, space.sourcePose);
            targetPoseValues.put(place * space.targetPose.length, space.targetPose);
        }
        labelValues.put(place, space.label);
    }

    /** Arrays over the first pairs; on a CPU they are this memory. */
    NDList data(NDManager manager, int count) {
        NDList data =
                new NDList(
                        images(manager, source, count, pairs.source()),
                        images(manager, target, count, pairs.target()));
        int poseSize = pairs.poseSize();
        if (poseSize > 0) {
            Shape shape = new Shape(count, poseSize);
            data.add(array(manager, sourcePose, shape, DataType.FLOAT32));
            data.add(array(manager, targetPose, shape, DataType.FLOAT32));
        }
        return data;
    }

    NDList labels(NDManager manager, int count) {
        return new NDList(array(manager, labels, new Shape(count), DataType.INT64));
    }

    private static NDArray images(
            NDManager manager, ByteBuffer part, int count, ViewPipeline pipeline) {
        Shape shape = new Shape(count, pipeline.channels(), pipeline.size(), pipeline.size());
        return array(manager, part, shape, DataType.FLOAT32);
    }

    private static NDArray array(NDManager manager, ByteBuffer part, Shape shape, DataType type) {
        int bytes = Math.toIntExact(shape.size() * type.getNumOfBytes());
        return manager.create(part.slice(0, bytes).order(part.order()), shape, type);
    }

    /** Frees the memory; nothing may read or write it any more. */
    @Override
    public void close() {
        memory.close();
    }
}
