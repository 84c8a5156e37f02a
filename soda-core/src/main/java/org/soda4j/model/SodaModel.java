package org.soda4j.model;

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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.soda4j.denoiser.UNet;
import org.soda4j.engine.InferenceParameters;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Lifetime;
import org.soda4j.engine.ModelPredictor;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.PyTorchEngine;

/** Encoder and denoiser with their parameters on one device: what {@code Soda} is a front for. */
@Internal
public final class SodaModel implements AutoCloseable {

    private static final String ENCODER = "encoder.";
    private static final String DENOISER = "decoder.";

    private final Model djl;
    private final NDManager manager;
    private final NamedBlock encoder;
    private final UNet denoiser;
    private final ParameterStore store;
    private final Device device;
    private final Map<NumberFormat, InferenceParameters> encoderInference =
            new ConcurrentHashMap<>();
    private final Map<NumberFormat, InferenceParameters> denoiserInference =
            new ConcurrentHashMap<>();
    private final WeightCheck encoderWeights;
    private final WeightCheck denoiserWeights;

    /**
     * @param encoder with initial weights, not yet initialised
     * @param denoiser the same
     * @param images {@code [1, C, H, W]} of the denoiser
     * @param latent {@code [1, d]}
     */
    public SodaModel(NamedBlock encoder, UNet denoiser, Shape images, Shape latent, Device device) {
        this.encoder = encoder;
        this.denoiser = denoiser;
        djl = Model.newInstance("soda-encoder", device, PyTorchEngine.require().getEngineName());
        manager = djl.getNDManager();
        encoder.initialize(manager, DataType.FLOAT32, images);
        denoiser.initialize(manager, DataType.FLOAT32, images, new Shape(1), latent);
        djl.setBlock(encoder);
        encoderWeights = new WeightCheck(manager, ENCODER, encoder);
        denoiserWeights = new WeightCheck(manager, DENOISER, denoiser);
        store = new ParameterStore(manager, false);
        this.device = device;
    }

    /** The manager of the parameters. */
    public NDManager manager() {
        return manager;
    }

    /** The encoder. */
    public NamedBlock encoder() {
        return encoder;
    }

    /** The denoiser. */
    public UNet denoiser() {
        return denoiser;
    }

    /** All parameters, {@code encoder.} and {@code decoder.} before PyTorch's names. */
    public Map<String, Parameter> parameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        encoder.namedParameters().forEach((name, p) -> all.put(ENCODER + name, p));
        denoiser.namedParameters().forEach((name, p) -> all.put(DENOISER + name, p));
        return all;
    }

    /** What blocks find their parameters by. */
    public ParameterStore store() {
        return store;
    }

    /** Normalised images, and the channels that join theirs, to latent and pooled features. */
    public NDList encode(NDList images, boolean training, NumberFormat precision) {
        ParameterStore values =
                store(encoderInference, encoder, encoderWeights, training, precision);
        return encoder.forward(values, images, training, NamedBlock.options(precision));
    }

    /**
     * The denoiser's output, then the activations asked for.
     *
     * @param conditions the latent, then what else {@code SodaConfig.conditions()} says
     */
    public NDList denoise(
            NDArray x,
            NDArray times,
            NDList conditions,
            boolean training,
            NumberFormat precision,
            Set<String> activations) {
        return denoiser.forward(
                store(denoiserInference, denoiser, denoiserWeights, training, precision),
                new NDList(x, times).addAll(conditions),
                training,
                denoiser.options(precision, activations));
    }

    private ParameterStore store(
            Map<NumberFormat, InferenceParameters> inference,
            NamedBlock block,
            WeightCheck weights,
            boolean training,
            NumberFormat precision) {
        if (training) {
            inference.values().forEach(InferenceParameters::clear);
            return store;
        }
        if (!InferenceParameters.areUsed(device)) {
            weights.requireFinite();
            return store;
        }
        InferenceParameters parameters =
                inference.computeIfAbsent(
                        precision,
                        p -> new InferenceParameters(manager, block, p, weights::requireFiniteNow));
        parameters.refresh();
        return parameters;
    }

    /** A predictor over the encoder. */
    public <I, O> Predictor<I, O> newPredictor(Translator<I, O> translator, Lifetime lifetime) {
        return new ModelPredictor<>(djl, translator, device, lifetime);
    }

    @Override
    public void close() {
        djl.close();
    }
}
