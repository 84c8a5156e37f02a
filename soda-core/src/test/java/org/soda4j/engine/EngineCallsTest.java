package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How calls reach the engine: names, foreign arrays, threads. */
class EngineCallsTest {

    private static final OperatorMode INFERENCE = new OperatorMode(false, NumberFormat.FLOAT32);

    @Test
    void theEngineIsPyTorch() {
        assertThat(PyTorchEngine.require().getEngineName()).isEqualTo("PyTorch");
    }

    @Test
    void arraysWithNamesWork() {
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            NDArray x = manager.create(new float[] {-1, 0, 2});
            float[] expected = Operators.silu(x, INFERENCE).toFloatArray();
            for (String name : new String[] {"layer1.0.conv1", "list[]", "module_method:silu"}) {
                x.setName(name);
                assertThat(Operators.silu(x, INFERENCE).toFloatArray()).isEqualTo(expected);
            }
            NDArray weight = manager.create(new float[] {3});
            weight.setName("decoder.final.bias");
            ParameterOperators.movingAverage(
                    new NDList(weight), new NDList(manager.create(new float[] {5})), 0.5);
            assertThat(weight.toFloatArray()).containsExactly(4);
        }
    }

    @Test
    void anArrayOfAnotherEngineIsRefused() {
        NDArray foreign =
                PassthroughNDManager.INSTANCE.create(
                        ByteBuffer.allocate(16), new Shape(1, 4), DataType.FLOAT32);
        assertThatThrownBy(() -> PyTorchEngine.requireArray("images", foreign))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected images of DJL's engine PyTorch, found an array of ")
                .hasMessageContaining("NDManager.newBaseManager(device, \"PyTorch\")");
        assertThatThrownBy(() -> Operators.silu(foreign, INFERENCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DJL's engine PyTorch");
    }

    @Test
    void threadsGetWhatOneThreadGets() throws Exception {
        int threads = 4;
        int calls = 25;
        List<Callable<List<float[]>>> tasks = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int seed = thread;
            tasks.add(() -> work(seed, calls));
        }
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<float[]>>> futures = executor.invokeAll(tasks);
            for (int thread = 0; thread < threads; thread++) {
                List<float[]> serial = work(thread, calls);
                List<float[]> found = futures.get(thread).get();
                for (int call = 0; call < calls; call++) {
                    assertThat(found.get(call)).isEqualTo(serial.get(call));
                }
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static List<float[]> work(long seed, int calls) {
        List<float[]> results = new ArrayList<>();
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            NDArray weight = random(manager, -1, 8, 8, 3, 3);
            NDArray bias = random(manager, -2, 8);
            for (int i = 0; i < calls; i++) {
                NDArray x = random(manager, 100 * seed + i, 2, 8, 4 + i % 3, 4);
                OperatorMode mode = new OperatorMode(false, NumberFormat.values()[i % 2]);
                NDArray y =
                        Operators.normSiluConv(
                                x,
                                new Norm.Group(bias, bias, 1 + i % 2),
                                new Affine(weight, bias),
                                Resample.UP,
                                mode);
                results.add(Operators.float32(y).toFloatArray());
            }
        }
        return results;
    }

    private static NDArray random(NDManager manager, long seed, long... shape) {
        return GradientCheck.random(manager, seed, shape).toType(DataType.FLOAT32, true);
    }
}
