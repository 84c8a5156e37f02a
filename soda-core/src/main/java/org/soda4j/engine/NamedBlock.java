package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A DJL block whose parameters carry PyTorch's names and, unless it says otherwise, PyTorch's
 * initial values.
 *
 * <p>Values depend on the seed and the parameter's full name alone, so that the same seed gives the
 * same model on every machine and in every order of construction.
 */
@Internal
public abstract class NamedBlock extends AbstractBlock {

    /** The key of the number format among the options of {@code forward}. */
    private static final String FORMAT = "numberFormat";

    private final String name;
    private final long seed;
    private final InitialValues initialValues;
    private final Map<String, NamedBlock> parts = new LinkedHashMap<>();
    private final List<ConvNorm> batchNorms = new ArrayList<>();

    /**
     * Creates a block.
     *
     * @param name the full name, from which and the seed initial values are drawn; empty for a root
     * @param seed of the initial values
     */
    protected NamedBlock(String name, long seed) {
        this(name, seed, InitialValues.PYTORCH);
    }

    /**
     * Creates a block with other initial values than PyTorch's.
     *
     * @param name as for the other constructor
     * @param seed of the initial values
     * @param initialValues of its own layers; its parts have theirs
     */
    protected NamedBlock(String name, long seed, InitialValues initialValues) {
        this.name = Objects.requireNonNull(name, "name");
        this.seed = seed;
        this.initialValues = Objects.requireNonNull(initialValues, "initialValues");
    }

    /**
     * Returns every parameter below this block by PyTorch's name, the block's own first.
     *
     * @return a new map
     */
    public Map<String, Parameter> namedParameters() {
        Map<String, Parameter> all = new LinkedHashMap<>(getDirectParameters().toMap());
        parts.forEach(
                (part, block) ->
                        block.namedParameters().forEach((key, p) -> all.put(part + "." + key, p)));
        return all;
    }

    /**
     * Returns every convolution with batch norm in this block and below.
     *
     * @return a new list
     */
    public List<ConvNorm> batchNorms() {
        List<ConvNorm> all = new ArrayList<>(batchNorms);
        parts.values().forEach(part -> all.addAll(part.batchNorms()));
        return all;
    }

    /**
     * Returns the options of {@code forward} that ask for a number format.
     *
     * @param format of feature maps; inputs and results are float32 all the same
     * @return what to hand over as {@code params}
     */
    public static PairList<String, Object> options(NumberFormat format) {
        PairList<String, Object> options = new PairList<>(1);
        options.add(FORMAT, format);
        return options;
    }

    /**
     * Reads what {@link #options} made.
     *
     * @param training whether {@code forward} was asked to train
     * @param params the options, null for none
     * @return the mode of the operators
     */
    protected static OperatorMode mode(boolean training, PairList<String, Object> params) {
        return new OperatorMode(training, format(params));
    }

    /**
     * Reads what {@link #options} made.
     *
     * @param params the options, null for none
     * @return the number format that they ask for; float32 where they do not
     */
    public static NumberFormat format(PairList<String, Object> params) {
        Object format = params == null ? null : params.get(FORMAT);
        return format instanceof NumberFormat f ? f : NumberFormat.FLOAT32;
    }

    @Override
    protected void beforeInitialize(Shape... inputShapes) {
        super.beforeInitialize(inputShapes);
        ParameterMemory.require(
                name.isEmpty() ? getClass().getSimpleName() : name,
                ParameterMemory.count(namedParameters()),
                ParameterMemory.ofMachine(),
                "make the block smaller");
    }

    /** Parameters have shapes of their own, whatever the inputs are. */
    @Override
    protected final void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        getChildren().values().forEach(block -> block.initialize(manager, dataType, inputShapes));
    }

    /** Memory alone is initialised then, because all values are read into it next. */
    public final void leaveValuesUnset() {
        namedParameters()
                .values()
                .forEach(
                        parameter ->
                                parameter.setInitializer(
                                        (manager, shape, type) -> manager.create(shape, type)));
    }

    /** The full name of something below this block. */
    protected final String nameOf(String local) {
        return name.isEmpty() ? local : name + "." + local;
    }

    /** The seed that initial values are drawn from. */
    protected final long seed() {
        return seed;
    }

    /** Adds a block below this one. */
    protected final <B extends NamedBlock> B part(String local, B block) {
        parts.put(local, block);
        return addChildBlock(local, block);
    }

    /** A kernel {@code [out, in, k, k]} or weight matrix {@code [out, in]}. */
    protected final Parameter weight(String local, long... shape) {
        return weight(local, initialValues, shape);
    }

    /** The same with initial values of its own. */
    protected final Parameter weight(String local, InitialValues values, long... shape) {
        return parameter(local, Parameter.Type.WEIGHT, values.weight(shape), shape);
    }

    /** A kernel of zeros, for inputs that a network is to learn to use. */
    protected final Parameter zeroKernel(String local, long... shape) {
        return parameter(local, Parameter.Type.WEIGHT, Initializer.ZEROS, shape);
    }

    /** A linear layer {@code [out, in]} or a convolution {@code [out, in, k, k]}, with bias. */
    protected final AffineParameters affine(String local, long... shape) {
        SeededInitializer drawn = initialValues.bias(new Shape(shape).slice(1).size());
        return new AffineParameters(
                weight(local + ".weight", shape),
                parameter(local + ".bias", Parameter.Type.BIAS, drawn, shape[0]));
    }

    /**
     * A linear layer whose first half of outputs scales and whose other half shifts.
     *
     * @param size of each half
     * @param one whether the scales begin 1 higher than they are drawn
     */
    protected final AffineParameters scaleAndShift(
            String local, long size, long inputs, boolean one) {
        SeededInitializer drawn = initialValues.bias(inputs);
        return new AffineParameters(
                weight(local + ".weight", 2 * size, inputs),
                parameter(
                        local + ".bias",
                        Parameter.Type.BIAS,
                        one ? drawn.withFirstHigher(size) : drawn,
                        2 * size));
    }

    /**
     * A convolution without bias and the norm after it.
     *
     * @param kernel of the convolution, {@code [out, in, k, k]}
     * @param norm the name of the norm
     * @param groups of group norm, 0 for batch norm
     * @param stride of the convolution
     */
    protected final ConvNorm convNorm(Parameter kernel, String norm, int groups, int stride) {
        NormParameters after = norm(norm, kernel.getShape().get(0), groups);
        ConvNorm all = new ConvNorm(kernel, after, stride);
        if (groups == 0) {
            batchNorms.add(all);
        }
        return all;
    }

    /**
     * A norm.
     *
     * @param channels of its input
     * @param groups of group norm, 0 for batch norm
     */
    protected final NormParameters norm(String local, long channels, int groups) {
        boolean batchNorm = groups == 0;
        return new NormParameters(
                ofNorm(local + ".weight", Parameter.Type.GAMMA, channels),
                ofNorm(local + ".bias", Parameter.Type.BETA, channels),
                batchNorm
                        ? ofNorm(local + ".running_mean", Parameter.Type.RUNNING_MEAN, channels)
                        : null,
                batchNorm
                        ? ofNorm(local + ".running_var", Parameter.Type.RUNNING_VAR, channels)
                        : null,
                groups);
    }

    private Parameter ofNorm(String local, Parameter.Type type, long channels) {
        boolean one = type == Parameter.Type.GAMMA || type == Parameter.Type.RUNNING_VAR;
        return parameter(local, type, one ? Initializer.ONES : Initializer.ZEROS, channels);
    }

    private Parameter parameter(
            String local, Parameter.Type type, Initializer initializer, long... shape) {
        Initializer seeded =
                initializer instanceof SeededInitializer drawn
                        ? drawn.of(seed, nameOf(local))
                        : initializer;
        boolean isStatistic =
                type == Parameter.Type.RUNNING_MEAN || type == Parameter.Type.RUNNING_VAR;
        return addParameter(
                Parameter.builder()
                        .setName(local)
                        .setType(type)
                        .optShape(new Shape(shape))
                        .optInitializer(seeded)
                        .optRequiresGrad(!isStatistic)
                        .build());
    }

    /** The value of a parameter on the device of {@code like}. */
    protected static NDArray value(
            ParameterStore store, Parameter parameter, NDArray like, OperatorMode mode) {
        return store.getValue(parameter, like.getDevice(), mode.training());
    }

    /** Names what a block got in place of what it takes. */
    protected static void requireInputs(NDList inputs, int... ranks) {
        if (inputs.size() != ranks.length) {
            throw new IllegalArgumentException(
                    "expected %d input arrays, found %d".formatted(ranks.length, inputs.size()));
        }
        for (int i = 0; i < ranks.length; i++) {
            NDArray input = inputs.get(i);
            PyTorchEngine.requireArray("input " + i, input);
            if (input.getShape().dimension() != ranks[i]) {
                throw new IllegalArgumentException(
                        "input %d: expected %d dimensions, found shape %s"
                                .formatted(i, ranks[i], input.getShape()));
            }
            if (!input.getDataType().isFloating()) {
                throw new IllegalArgumentException(
                        "input %d: expected floating point, found %s; convert with toType(DataType.FLOAT32, false)"
                                .formatted(i, input.getDataType()));
            }
        }
    }
}
