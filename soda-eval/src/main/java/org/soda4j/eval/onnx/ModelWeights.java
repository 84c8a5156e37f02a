package org.soda4j.eval.onnx;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.soda4j.Soda;

/**
 * The parameters of one part of a model, as numbers. A kernel on images that also takes the
 * channels of rays is stored in two parts, and is one here.
 */
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
        float[] first = array(name).toFloatArray();
        NDArray more = ofRays(name);
        if (more == null) {
            return first;
        }
        float[] second = more.toFloatArray();
        int rows = Math.toIntExact(more.getShape().get(0));
        int each = first.length / rows;
        int added = second.length / rows;
        float[] joined = new float[first.length + second.length];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(first, i * each, joined, i * (each + added), each);
            System.arraycopy(second, i * added, joined, i * (each + added) + each, added);
        }
        return joined;
    }

    long[] shape(String name) {
        long[] shape = array(name).getShape().getShape().clone();
        NDArray more = ofRays(name);
        if (more != null) {
            shape[1] += more.getShape().get(1);
        }
        return shape;
    }

    /** The part of a kernel that takes the channels of rays; null where there is none. */
    private NDArray ofRays(String name) {
        return all.get(prefix + "views." + name);
    }

    private NDArray array(String name) {
        NDArray array = all.get(prefix + name);
        if (array == null) {
            throw new IllegalStateException("expected the parameter " + prefix + name);
        }
        return array;
    }
}
