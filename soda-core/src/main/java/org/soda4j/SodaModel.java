package org.soda4j;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.translate.Translator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.soda4j.denoiser.UNet;
import org.soda4j.nn.NamedBlock;
import org.soda4j.nn.NumberFormat;
import org.soda4j.nn.PyTorchEngine;

/** Encoder and denoiser with their parameters on one device: what {@link Soda} is a front for. */
final class SodaModel implements AutoCloseable {

    private final Model djl;
    private final NDManager manager;
    private final NamedBlock encoder;
    private final UNet denoiser;
    private final ParameterStore store;

    SodaModel(SodaConfig config, Device device, long seed) {
        djl = Model.newInstance("soda-encoder", device, PyTorchEngine.require().getEngineName());
        manager = djl.getNDManager();
        encoder = config.encoder().newBlock(seed);
        denoiser = config.denoiser().newBlock(config.latent(), config.modulation(), seed);
        List<Integer> image = config.denoiser().imageShape();
        Shape images = new Shape(1, image.get(0), image.get(1), image.get(2));
        Shape latent = new Shape(1, config.latent().size());
        encoder.initialize(manager, DataType.FLOAT32, images);
        denoiser.initialize(manager, DataType.FLOAT32, images, new Shape(1), latent);
        djl.setBlock(encoder);
        store = new ParameterStore(manager, false);
    }

    NDManager manager() {
        return manager;
    }

    NamedBlock encoder() {
        return encoder;
    }

    UNet denoiser() {
        return denoiser;
    }

    /** All parameters, {@code encoder.} and {@code decoder.} before PyTorch's names. */
    Map<String, Parameter> parameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        encoder.namedParameters().forEach((name, p) -> all.put("encoder." + name, p));
        denoiser.namedParameters().forEach((name, p) -> all.put("decoder." + name, p));
        return all;
    }

    /** Normalised images to the latent and the pooled features. */
    NDList encode(NDArray images, boolean training, Precision precision) {
        return encoder.forward(
                store, new NDList(images), training, NamedBlock.options(format(precision)));
    }

    /** The denoiser's output, then the activations asked for. */
    NDList denoise(
            NDArray x,
            NDArray times,
            NDArray z,
            boolean training,
            Precision precision,
            Set<String> activations) {
        return denoiser.forward(
                store,
                new NDList(x, times, z),
                training,
                denoiser.options(format(precision), activations));
    }

    static NumberFormat format(Precision precision) {
        return switch (precision) {
            case FP32 -> NumberFormat.FLOAT32;
            case BF16 -> NumberFormat.BFLOAT16;
        };
    }

    /** A predictor over the encoder. */
    <I, O> Predictor<I, O> newPredictor(Translator<I, O> translator) {
        return djl.newPredictor(translator);
    }

    @Override
    public void close() {
        djl.close();
    }
}
