package org.soda4j.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The operators in which a training step spends its time, at the sizes of the published model. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class OperatorsBenchmark {

    private static final int BATCH = 16;
    private static final int GROUPS = 32;

    /** Format of feature maps. */
    @Param({"FLOAT32", "BFLOAT16"})
    public NumberFormat format;

    /** Channels and pixels of a side of the three widest levels. */
    @Param({"128x32", "256x16", "256x8"})
    public String map;

    private NDManager manager;
    private OperatorMode inference;
    private OperatorMode training;
    private NDArray x;
    private Affine layer;
    private Norm.Group norm;
    private Modulation time;
    private Modulation latent;
    private Affine projection;
    private Affine output;

    /** Random maps and parameters. */
    @Setup(Level.Trial)
    public void open() {
        NativeAllocator.keepFreedMemory(); // As the programs do.
        manager = NDManager.newBaseManager(Device.cpu());
        inference = new OperatorMode(false, format);
        training = new OperatorMode(true, format);
        int c = Integer.parseInt(map.split("x")[0]);
        int side = Integer.parseInt(map.split("x")[1]);
        x = Operators.cast(normal(BATCH, c, side, side), training);
        layer = affine(c, c, 3, 3);
        norm = new Norm.Group(parameter(c), parameter(c), GROUPS);
        time = new Modulation(normal(BATCH, 512), affine(2L * c, 512));
        latent = new Modulation(normal(BATCH, 128), affine(2L * c, 128));
        projection = affine(3L * c, c);
        output = affine(c, c);
    }

    private Affine affine(long... shape) {
        return new Affine(parameter(shape), parameter(shape[0]));
    }

    private NDArray normal(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    private NDArray parameter(long... shape) {
        NDArray array = normal(shape).mul(0.02f);
        array.setRequiresGradient(true);
        return array;
    }

    /** Frees everything. */
    @TearDown(Level.Trial)
    public void close() {
        manager.close();
    }

    /** A 3 x 3 convolution. */
    @Benchmark
    public void conv() {
        Operators.conv(x, layer, 1, inference).close();
    }

    /** A 3 x 3 convolution, with the gradients of kernel and bias. */
    @Benchmark
    public void convAndBackward() {
        backward(() -> Operators.conv(x, layer, 1, training));
    }

    /** The second half of a residual block, with dropout and all gradients. */
    @Benchmark
    public void modulatedConvAndBackward() {
        backward(() -> Operators.modulatedConv(x, x, time, latent, norm, layer, 0.1, training));
    }

    /** An attention block of 4 heads, with the gradients of its parameters. */
    @Benchmark
    public void attentionAndBackward() {
        backward(() -> Operators.attentionBlock(x, norm, projection, output, 4, training));
    }

    private static void backward(Supplier<NDArray> forward) {
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector();
                NDArray y = forward.get();
                NDArray sum = y.sum()) {
            collector.backward(sum);
        }
    }
}
