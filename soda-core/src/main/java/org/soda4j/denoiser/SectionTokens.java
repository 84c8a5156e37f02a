package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.Affine;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.latent.LatentLayout;

/**
 * The sections of every source's latent as tokens for cross-attention: each section by a linear map
 * of its own, plus an embedding that tells which section it is. Sources are told apart by nothing
 * but their latents, so that their order does not matter.
 */
final class SectionTokens extends NamedBlock {

    private final LatentLayout layout;
    private final int width;
    private final float[] masks;
    private final Parameter weight;
    private final Parameter embedding;

    SectionTokens(String name, long seed, LatentLayout layout, int width) {
        super(name, seed);
        this.layout = layout;
        this.width = width;
        int d = layout.size();
        masks = new float[layout.sections() * d];
        for (int i = 0; i < layout.sections(); i++) {
            for (int j = 0; j < layout.size(i); j++) {
                masks[i * d + layout.offset(i) + j] = 1;
            }
        }
        weight = weight("weight", width, d);
        embedding = weight("embedding", layout.sections(), width);
    }

    /** Latents {@code [N, S, d]} to tokens {@code [N, S sections, width]}. */
    NDArray apply(ParameterStore store, NDArray latents, OperatorMode mode) {
        NDManager caller = latents.getManager();
        Shape shape = latents.getShape();
        int sections = layout.sections();
        try (NDManager scope = caller.newSubManager()) {
            NDArray z = latents.reshape(shape.get(0), shape.get(1), 1, shape.get(2));
            z.attach(scope);
            // Backward reads the masks again, and an array over Java memory dies with its handle:
            // copy. (toDevice with copy does not copy on one device.)
            NDArray each =
                    scope.create(masks, new Shape(1, 1, sections, layout.size()))
                            .duplicate()
                            .toDevice(latents.getDevice(), false);
            NDArray cut = z.mul(each); // z once for each section, all else zero
            NDArray zero = scope.zeros(new Shape(width));
            Affine map = new Affine(value(store, weight, latents, mode), zero);
            NDArray mapped = Operators.linear(cut, map, mode);
            NDArray named = mapped.add(value(store, embedding, latents, mode));
            NDArray tokens = named.reshape(shape.get(0), shape.get(1) * sections, width);
            tokens.attach(caller);
            return tokens;
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 3);
        return new NDList(apply(store, inputs.get(0), mode(training, params)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape in = inputShapes[0];
        return new Shape[] {new Shape(in.get(0), in.get(1) * layout.sections(), width)};
    }
}
