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

    /** Beyond so many deviations a truncated normal is drawn again. */
    private static final double MOST_DEVIATIONS = 2;

    private final Distribution distribution;
    private final double scale;
    private final long higher;
    private final long seed;

    private enum Distribution {
        UNIFORM,
        NORMAL,
        TRUNCATED_NORMAL
    }

    private SeededInitializer(Distribution distribution, double scale, long higher, long seed) {
        this.distribution = distribution;
        this.scale = scale;
        this.higher = higher;
        this.seed = seed;
    }

    /** U(-bound, bound). */
    static SeededInitializer uniform(double bound) {
        return new SeededInitializer(Distribution.UNIFORM, bound, 0, 0);
    }

    /** Of mean 0. */
    static SeededInitializer normal(double deviation) {
        return new SeededInitializer(Distribution.NORMAL, deviation, 0, 0);
    }

    /** Of mean 0; the deviation is that before the tails are cut. */
    static SeededInitializer truncatedNormal(double deviation) {
        return new SeededInitializer(Distribution.TRUNCATED_NORMAL, deviation, 0, 0);
    }

    /** The same values, so many of the first ones 1 higher. */
    SeededInitializer withFirstHigher(long count) {
        return new SeededInitializer(distribution, scale, count, seed);
    }

    SeededInitializer of(long modelSeed, String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return new SeededInitializer(
                distribution, scale, higher, modelSeed * 0x9E3779B97F4A7C15L + crc.getValue());
    }

    private double draw(SplittableRandom random) {
        if (distribution == Distribution.UNIFORM) {
            return 2 * random.nextDouble() - 1;
        }
        double draw = random.nextGaussian();
        while (distribution == Distribution.TRUNCATED_NORMAL && Math.abs(draw) > MOST_DEVIATIONS) {
            draw = random.nextGaussian();
        }
        return draw;
    }

    @Override
    public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
        SplittableRandom random = new SplittableRandom(seed);
        // Written where it stays: arrays on the Java heap would make its peak the model's size.
        NDArray array = manager.create(shape, DataType.FLOAT32, Device.cpu());
        FloatBuffer values =
                array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (long i = 0; i < shape.size(); i++) {
            values.put((float) (scale * draw(random) + (i < higher ? 1 : 0)));
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
