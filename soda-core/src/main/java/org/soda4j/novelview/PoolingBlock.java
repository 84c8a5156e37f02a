package org.soda4j.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.AffineParameters;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/** The block of {@link ViewPooling}. */
final class PoolingBlock extends NamedBlock {

    /** Sources are few and latents short: a wider hidden layer would have nothing to tell apart. */
    private static final int HIDDEN = 64;

    private final ViewPooling pooling;
    private final int latentSize;
    private final AffineParameters hidden;
    private final Parameter score;

    PoolingBlock(ViewPooling pooling, int latentSize, String name, long seed) {
        super(name, seed);
        this.pooling = pooling;
        this.latentSize = latentSize;
        boolean mean = pooling == ViewPooling.MEAN;
        hidden = mean ? null : affine("hidden", HIDDEN, latentSize);
        score = mean ? null : weight("score.weight", 1, HIDDEN);
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
        try (NDArray mapped = Operators.linear(latents, hidden.values(store, latents, mode), mode);
                NDArray active = mapped.tanh();
                NDArray scored = active.mul(value(store, score, latents, mode));
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
