package org.soda4j.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.AffineParameters;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/** A {@link RayEncoding} with its learned projection, if it has one. */
final class RayBlock extends NamedBlock {

    private final RayEncoding encoding;
    private final AffineParameters projection;

    RayBlock(RayEncoding encoding, String name, long seed) {
        super(name, seed);
        this.encoding = encoding;
        projection =
                encoding.width() == 0
                        ? null
                        : affine("projection", encoding.width(), encoding.sinusoids(), 1, 1);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 4);
        NDArray waves = encoding.encode(inputs.get(0));
        if (projection == null) {
            return new NDList(waves);
        }
        // In float32 whatever the precision: the sines of neighbouring cameras differ by little.
        OperatorMode mode = new OperatorMode(training, NumberFormat.FLOAT32);
        try (waves) {
            return new NDList(
                    Operators.conv(waves, projection.values(store, waves, mode), 1, mode));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape in = inputShapes[0];
        return new Shape[] {new Shape(in.get(0), encoding.channels(), in.get(2), in.get(3))};
    }
}
