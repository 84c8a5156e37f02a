package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.soda4j.Soda;
import org.soda4j.eval.feature.FeatureExtractor.Output;

/** Features of a model's encoder, or of a copy of it that learns. */
final class TrainableFeatures implements AutoCloseable {

    private final Soda soda;
    private final Output output;
    private final Soda copy;
    private final NDManager manager;
    private final ParameterStore store;

    private TrainableFeatures(Soda soda, Output output, Soda copy) {
        this.soda = soda;
        this.output = output;
        this.copy = copy;
        manager = NDManager.newBaseManager(soda.device(), "PyTorch");
        store = new ParameterStore(manager, false);
    }

    /** Features that do not change. */
    static TrainableFeatures frozen(Soda soda, Output output) {
        return new TrainableFeatures(soda, output, null);
    }

    /** A copy of the model, which is left as it is. */
    static TrainableFeatures copyOf(Soda soda, Output output) {
        Soda copy = Soda.builder().config(soda.config()).device(soda.device()).build();
        try {
            return soda.whileOpen(
                    () -> {
                        Map<String, NDArray> targets = copy.parameters();
                        soda.parameters().forEach((name, value) -> value.copyTo(targets.get(name)));
                        return new TrainableFeatures(copy, output, copy);
                    });
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    /** What gradients reach: nothing, or the encoder's weights. */
    Map<String, Parameter> trained() {
        Map<String, Parameter> trained = new LinkedHashMap<>();
        if (copy != null) {
            copy.encoder()
                    .getParameters()
                    .forEach(
                            pair -> {
                                if (pair.getValue().requiresGradient() && isUsed(pair.getKey())) {
                                    trained.put(pair.getKey(), pair.getValue());
                                }
                            });
        }
        return trained;
    }

    /** The last layer has no gradient where its input is taken. */
    private boolean isUsed(String name) {
        return output != Output.POOLED || !name.contains("fc");
    }

    /**
     * Computes features.
     *
     * @param images {@code [N, C, H, W] in [0, 1]}
     * @return {@code [N, d]}, in the manager of the images
     */
    NDArray of(NDArray images) {
        return output.of(soda, images);
    }

    /** The same with gradients and the statistics of the batch. */
    NDArray inTraining(NDArray images) {
        NDArray normal = soda.config().normalization().apply(images);
        NDList outputs = soda.encoder().forward(store, new NDList(normal), true);
        NDArray z = outputs.get(output == Output.POOLED ? 1 : 0);
        return output == Output.NORMALIZED_LATENT ? z.normalize(2, 1, 1e-12) : z;
    }

    @Override
    public void close() {
        manager.close();
        if (copy != null) {
            copy.close();
        }
    }
}
