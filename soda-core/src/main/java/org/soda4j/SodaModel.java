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
import java.util.concurrent.ConcurrentHashMap;
import org.soda4j.denoiser.UNet;
import org.soda4j.nn.InferenceParameters;
import org.soda4j.nn.Lifetime;
import org.soda4j.nn.ModelPredictor;
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
    private final ViewBlocks views;
    private final Device device;
    private final Map<Precision, InferenceParameters> encoderInference = new ConcurrentHashMap<>();
    private final Map<Precision, InferenceParameters> denoiserInference = new ConcurrentHashMap<>();

    SodaModel(SodaConfig config, Device device, long seed) {
        djl = Model.newInstance("soda-encoder", device, PyTorchEngine.require().getEngineName());
        manager = djl.getNDManager();
        encoder = config.encoder().newBlock(seed, config.conditions().channels());
        denoiser =
                config.denoiser()
                        .newBlock(config.latent(), config.modulation(), config.conditions(), seed);
        List<Integer> image = config.denoiser().imageShape();
        Shape images = new Shape(1, image.get(0), image.get(1), image.get(2));
        Shape latent = new Shape(1, config.latent().size());
        encoder.initialize(manager, DataType.FLOAT32, images);
        denoiser.initialize(manager, DataType.FLOAT32, images, new Shape(1), latent);
        djl.setBlock(encoder);
        store = new ParameterStore(manager, false);
        this.device = device;
        views =
                config.views() == null
                        ? null
                        : new ViewBlocks(
                                config.views(), config.latent().size(), manager, store, seed);
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
        if (views != null) {
            views.addTo(all);
        }
        return all;
    }

    /** What cameras need; null in a model without. */
    ViewBlocks views() {
        return views;
    }

    /** Normalised images, and the channels that join theirs, to latent and pooled features. */
    NDList encode(NDList images, boolean training, Precision precision) {
        ParameterStore values = store(encoderInference, encoder, training, precision);
        return encoder.forward(values, images, training, NamedBlock.options(format(precision)));
    }

    /**
     * The denoiser's output, then the activations asked for.
     *
     * @param conditions the latent, then what else {@link SodaConfig#conditions()} says
     */
    NDList denoise(
            NDArray x,
            NDArray times,
            NDList conditions,
            boolean training,
            Precision precision,
            Set<String> activations) {
        return denoiser.forward(
                store(denoiserInference, denoiser, training, precision),
                new NDList(x, times).addAll(conditions),
                training,
                denoiser.options(format(precision), activations));
    }

    private ParameterStore store(
            Map<Precision, InferenceParameters> inference,
            NamedBlock block,
            boolean training,
            Precision precision) {
        if (training) {
            inference.values().forEach(InferenceParameters::clear);
        }
        if (training || !InferenceParameters.areUsed(device)) {
            return store;
        }
        InferenceParameters parameters =
                inference.computeIfAbsent(
                        precision, p -> new InferenceParameters(manager, block, format(p)));
        parameters.refresh();
        return parameters;
    }

    static NumberFormat format(Precision precision) {
        return switch (precision) {
            case FP32 -> NumberFormat.FLOAT32;
            case BF16 -> NumberFormat.BFLOAT16;
            case FP16 -> NumberFormat.FLOAT16;
        };
    }

    /** A predictor over the encoder. */
    <I, O> Predictor<I, O> newPredictor(Translator<I, O> translator, Lifetime lifetime) {
        return new ModelPredictor<>(djl, translator, device, lifetime);
    }

    @Override
    public void close() {
        djl.close();
    }
}
