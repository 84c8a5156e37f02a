package org.soda4j.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/** The block of {@link ViewPooling}. */
final class PoolingBlock extends NamedBlock {

    /** Sources are few and latents short: a wider hidden layer would have nothing to tell apart. */
    private static final int HIDDEN = 64;

    private final ViewPooling pooling;
    private final int latentSize;
    private final Parameter[] attention;

    PoolingBlock(ViewPooling pooling, int latentSize, String name, long seed) {
        super(name, seed);
        this.pooling = pooling;
        this.latentSize = latentSize;
        attention =
                pooling == ViewPooling.MEAN
                        ? new Parameter[0]
                        : new Parameter[] {
                            weight("hidden.weight", HIDDEN, latentSize),
                            bias("hidden.bias", latentSize, HIDDEN),
                            weight("score.weight", 1, HIDDEN)
                        };
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 3);
        NDArray latents = inputs.get(0);
        if (pooling == ViewPooling.MEAN) {
            return new NDList(latents.mean(new int[] {1}));
        }
        OperatorMode mode = mode(training, params);
        NDArray[] p = values(store, latents, mode, attention);
        try (NDArray hidden = Operators.linear(latents, p[0], p[1], mode);
                NDArray active = hidden.tanh();
                NDArray scored = active.mul(p[2]);
                NDArray scores = scored.sum(new int[] {2}, true);
                NDArray weights = scores.softmax(1);
                NDArray weighted = latents.mul(weights)) {
            return new NDList(weighted.sum(new int[] {1}));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), latentSize)};
    }
}
