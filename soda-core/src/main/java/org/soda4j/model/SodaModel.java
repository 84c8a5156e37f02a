package org.soda4j.model;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.translate.Translator;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.soda4j.denoiser.Denoiser;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.Encoder;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.engine.InferenceParameters;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Lifetime;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.PyTorchEngine;

/** Encoder and denoiser with their parameters on one device: what {@code Soda} is a front for. */
@Internal
public final class SodaModel implements AutoCloseable {

    static final String ENCODER = "encoder.";
    static final String DENOISER = "decoder.";

    private final Model djl;
    private final NDManager manager;
    private final Encoder encoder;
    private final Denoiser denoiser;
    private final ParameterStore store;
    private final Device device;
    private final Map<NumberFormat, InferenceParameters> encoderInference =
            new ConcurrentHashMap<>();
    private final Map<NumberFormat, InferenceParameters> denoiserInference =
            new ConcurrentHashMap<>();
    private final WeightCheck encoderWeights;
    private final WeightCheck denoiserWeights;

    /**
     * @param encoder is initialised where it is not yet
     * @param denoiser the same
     * @param images {@code [1, C, H, W]} of the denoiser
     * @param latent {@code [1, d]}
     */
    public SodaModel(
            Encoder encoder, Denoiser denoiser, Shape images, Shape latent, Device device) {
        this.encoder = encoder;
        this.denoiser = denoiser;
        djl = Model.newInstance("soda-encoder", device, PyTorchEngine.require().getEngineName());
        manager = djl.getNDManager();
        store = new ParameterStore(manager, false);
        this.device = device;
        try {
            initialize("encoder", encoder, encoder.namedParameters(), images);
            initialize(
                    "denoiser", denoiser, denoiser.namedParameters(), images, new Shape(1), latent);
        } catch (RuntimeException e) {
            djl.close();
            throw e;
        }
        djl.setBlock(encoder);
        encoderWeights = new WeightCheck(manager, ENCODER, encoder.namedParameters());
        denoiserWeights = new WeightCheck(manager, DENOISER, denoiser.namedParameters());
    }

    /** A block of the user's may have its values, which have to be where the model is. */
    private void initialize(
            String part, Block block, Map<String, Parameter> parameters, Shape... inputs) {
        if (!block.isInitialized()) {
            block.initialize(manager, DataType.FLOAT32, inputs);
        }
        parameters.forEach(
                (name, parameter) -> {
                    NDArray values = parameter.getArray();
                    if (!values.getDevice().equals(device)) {
                        throw new IllegalArgumentException(
                                "%s parameter %s: expected it on the model's device %s, found %s; initialise the block there, or give Soda.builder().device(...)"
                                        .formatted(part, name, device, values.getDevice()));
                    }
                });
    }

    /** The manager of the parameters. */
    public NDManager manager() {
        return manager;
    }

    /** The encoder. */
    public Encoder encoder() {
        return encoder;
    }

    /** The denoiser. */
    public Denoiser denoiser() {
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

    /**
     * Normalised images, and the channels that join theirs, to latent and, where the encoder has
     * them, pooled features.
     */
    public NDList encode(NDList images, OperatorMode mode) {
        ParameterStore values = store(encoderInference, encoder, encoderWeights, mode);
        NDList outputs =
                encoder.forward(values, images, mode.training(), NamedBlock.options(mode.format()));
        if (!(encoder instanceof NamedBlock)) {
            requireOutputs(outputs, images.get(0).getShape().get(0));
        }
        return outputs;
    }

    /** Normalised images to latent and means of every stage's feature maps, joined. */
    public NDArray encodeJoined(NDList images, NumberFormat precision) {
        OperatorMode mode = new OperatorMode(false, precision);
        ParameterStore values = store(encoderInference, encoder, encoderWeights, mode);
        return encoder.forward(values, images, false, ResNetEncoder.joinedOptions(precision))
                .get(0);
    }

    private void requireOutputs(NDList outputs, long n) {
        List<Shape> expected = new ArrayList<>(List.of(new Shape(n, encoder.latentSize())));
        if (encoder.featureSize() > 0) {
            expected.add(new Shape(n, encoder.featureSize()));
        }
        if (!List.of(outputs.getShapes()).equals(expected)) {
            throw new IllegalStateException(
                    "encoder %s: expected outputs of shapes %s, found %s"
                            .formatted(
                                    encoder.description(), expected, List.of(outputs.getShapes())));
        }
    }

    /** Names of the activations that {@link #denoise} knows. */
    public List<String> activationNames() {
        return denoiser instanceof UNetDenoiser unet ? unet.activationNames() : List.of();
    }

    /** Whether the denoiser takes K N latents with N images. */
    public boolean repeatsImages() {
        return denoiser instanceof UNetDenoiser;
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
            OperatorMode mode,
            Set<String> activations) {
        NDList outputs =
                denoiser.forward(
                        store(denoiserInference, denoiser, denoiserWeights, mode),
                        new NDList(x, times).addAll(conditions),
                        mode.training(),
                        options(mode.format(), activations));
        if (!(denoiser instanceof NamedBlock)
                && !(outputs.size() == 1 && outputs.get(0).getShape().equals(x.getShape()))) {
            throw new IllegalStateException(
                    "denoiser %s: expected one output of shape %s, found %s"
                            .formatted(
                                    denoiser.description(),
                                    x.getShape(),
                                    List.of(outputs.getShapes())));
        }
        return outputs;
    }

    private PairList<String, Object> options(NumberFormat precision, Set<String> activations) {
        if (denoiser instanceof UNetDenoiser unet) {
            return unet.options(precision, activations);
        }
        if (!activations.isEmpty()) {
            throw new IllegalArgumentException(
                    "activations: expected none, which is all that denoiser %s has, found %s"
                            .formatted(denoiser.description(), activations));
        }
        return NamedBlock.options(precision);
    }

    private ParameterStore store(
            Map<NumberFormat, InferenceParameters> inference,
            Block block,
            WeightCheck weights,
            OperatorMode mode) {
        if (mode.training()) {
            inference.values().forEach(InferenceParameters::clear);
            return store;
        }
        if (!InferenceParameters.areUsed(device) || !(block instanceof NamedBlock ours)) {
            weights.requireFinite();
            return store;
        }
        InferenceParameters parameters =
                inference.computeIfAbsent(
                        mode.format(),
                        p -> new InferenceParameters(manager, ours, p, weights::requireFiniteNow));
        parameters.refresh();
        return parameters;
    }

    /** A predictor over the encoder; {@code single}, where there is one, computes single inputs. */
    public <I, O> Predictor<I, O> newPredictor(
            Translator<I, O> translator, Lifetime lifetime, Function<I, O> single) {
        return new ModelPredictor<>(djl, translator, device, lifetime, single);
    }

    @Override
    public void close() {
        djl.close();
    }
}
