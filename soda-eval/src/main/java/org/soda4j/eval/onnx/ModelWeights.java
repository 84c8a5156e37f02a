package org.soda4j.eval.onnx;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.soda4j.Soda;

/** The parameters of one part of a model, as numbers. */
final class ModelWeights {

    private final Map<String, NDArray> all;
    private final String prefix;

    /** Used within {@code Soda.whileOpen}; the prefix stands before every name. */
    ModelWeights(Soda soda, String prefix) {
        all = soda.parameters();
        this.prefix = prefix;
    }

    boolean has(String name) {
        return all.containsKey(prefix + name);
    }

    float[] values(String name) {
        return array(name).toFloatArray();
    }

    long[] shape(String name) {
        return array(name).getShape().getShape();
    }

    private NDArray array(String name) {
        NDArray array = all.get(prefix + name);
        if (array == null) {
            throw new IllegalStateException("expected the parameter " + prefix + name);
        }
        return array;
    }
}
