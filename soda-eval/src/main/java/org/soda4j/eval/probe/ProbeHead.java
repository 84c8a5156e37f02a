package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.ParameterStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The published head of a probe: batch norm without affine parameters, then a linear layer. */
final class ProbeHead {

    private final BatchNorm norm =
            BatchNorm.builder().optCenter(false).optScale(false).optEpsilon(1e-5f).build();
    private final Linear linear;
    private final SequentialBlock block;
    private final ParameterStore store;

    /** Weights and biases are uniform in +-1/sqrt(width), PyTorch's default. */
    ProbeHead(NDManager manager, int width, int classes, RandomGenerator random) {
        linear = Linear.builder().setUnits(classes).build();
        block = new SequentialBlock().add(norm).add(linear);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, width));
        store = new ParameterStore(manager, false);
        double bound = 1 / Math.sqrt(width);
        for (Parameter parameter : trained().values()) {
            float[] values = new float[(int) parameter.getArray().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
            parameter.getArray().set(values);
        }
    }

    /** What gradients reach. */
    Map<String, Parameter> trained() {
        Map<String, Parameter> trained = new LinkedHashMap<>();
        trained.put("weight", linear.getParameters().get("weight"));
        trained.put("bias", linear.getParameters().get("bias"));
        return trained;
    }

    /**
     * Computes scores.
     *
     * @param features {@code [N, width]}
     * @param training whether the batch's statistics are used, and the running ones updated
     * @return {@code [N, classes]}
     */
    NDArray scores(NDArray features, boolean training) {
        return block.forward(store, new NDList(features), training).singletonOrThrow();
    }
}
