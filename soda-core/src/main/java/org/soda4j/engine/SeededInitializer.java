package org.soda4j.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Initial values from a generator of our own: the same on every device and engine version, and
 * without touching the engine's one random state.
 */
final class SeededInitializer implements Initializer {

    private final boolean normal;
    private final double scale;
    private final long higher;
    private final long seed;

    private SeededInitializer(boolean normal, double scale, long higher, long seed) {
        this.normal = normal;
        this.scale = scale;
        this.higher = higher;
        this.seed = seed;
    }

    /** U(-b, b), b = 1 / sqrt(fanIn): what PyTorch's Conv2d and Linear start from. */
    static SeededInitializer uniform(long fanIn) {
        return new SeededInitializer(false, 1 / Math.sqrt(fanIn), 0, 0);
    }

    /** N(0, 2 / fanOut): Kaiming's for ReLU, what torchvision's ResNets start from. */
    static SeededInitializer normal(long fanOut) {
        return new SeededInitializer(true, Math.sqrt(2.0 / fanOut), 0, 0);
    }

    /** The same values, so many of the first ones 1 higher. */
    SeededInitializer withFirstHigher(long count) {
        return new SeededInitializer(normal, scale, count, seed);
    }

    SeededInitializer of(long modelSeed, String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return new SeededInitializer(
                normal, scale, higher, modelSeed * 0x9E3779B97F4A7C15L + crc.getValue());
    }

    @Override
    public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
        SplittableRandom random = new SplittableRandom(seed);
        // Written where it stays: arrays on the Java heap would make its peak the model's size.
        NDArray array = manager.create(shape, DataType.FLOAT32, Device.cpu());
        FloatBuffer values =
                array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (long i = 0; i < shape.size(); i++) {
            double draw = normal ? random.nextGaussian() : 2 * random.nextDouble() - 1;
            values.put((float) (scale * draw + (i < higher ? 1 : 0)));
        }
        if (!array.getDevice().equals(manager.getDevice())) {
            try (NDArray onCpu = array) {
                array = onCpu.toDevice(manager.getDevice(), true);
            }
        }
        if (dataType == DataType.FLOAT32) {
            return array;
        }
        try (NDArray whole = array) {
            return whole.toType(dataType, true);
        }
    }
}
