package org.soda4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
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
    private final long seed;

    private SeededInitializer(boolean normal, double scale, long seed) {
        this.normal = normal;
        this.scale = scale;
        this.seed = seed;
    }

    /** U(-b, b), b = 1 / sqrt(fanIn): what PyTorch's Conv2d and Linear start from. */
    static SeededInitializer uniform(long fanIn) {
        return new SeededInitializer(false, 1 / Math.sqrt(fanIn), 0);
    }

    /** N(0, 2 / fanOut): Kaiming's for ReLU, what torchvision's ResNets start from. */
    static SeededInitializer normal(long fanOut) {
        return new SeededInitializer(true, Math.sqrt(2.0 / fanOut), 0);
    }

    SeededInitializer of(long modelSeed, String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return new SeededInitializer(
                normal, scale, modelSeed * 0x9E3779B97F4A7C15L + crc.getValue());
    }

    @Override
    public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            double draw = normal ? random.nextGaussian() : 2 * random.nextDouble() - 1;
            values[i] = (float) (scale * draw);
        }
        NDArray array = manager.create(values, shape);
        if (dataType == DataType.FLOAT32) {
            return array;
        }
        try (array) {
            return array.toType(dataType, true);
        }
    }
}
