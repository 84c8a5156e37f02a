package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.soda4j.engine.Affine;
import org.soda4j.engine.AffineParameters;
import org.soda4j.engine.Internal;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NormParameters;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.engine.Resample;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/**
 * The denoiser D (paper section 3.1) as a DJL block: a U-Net of residual blocks that time and
 * latent modulate (AdaGN), with the parameter names of the PyTorch implementation.
 *
 * <p>Everything is optional: {@code UNetDenoiser.builder().build()} is the published CIFAR-10
 * U-Net. In: x_t, float32 {@code [N, C, H, W]}; t, 1 .. T, {@code [N]}; z, float32 {@code [N, d]};
 * optionally the mask {@code [N, sections]}, 1 where a section of z is kept and 0 where it is
 * dropped. Out: the prediction, float32 {@code [N, C, H, W]}.
 *
 * <p>With K N latents, K times the images' number, the images are denoised under each N of them,
 * and the prediction has K N rows: cheaper than K N images.
 *
 * <p>{@code Soda.builder().denoiser(...)} takes it by its description and draws its values from the
 * model's own seed; where it was initialised before, its values are copied.
 */
public final class UNetDenoiser extends NamedBlock implements Denoiser {

    private static final String MIDDLE = "middle";
    private static final int PUBLISHED_LATENT_SIZE = 128;

    private final UNetDenoiserConfig config;
    private final LatentLayout chosenLatent;
    private final LayerModulation chosenModulation;
    private final LatentLayout layout;
    private final LayerModulation modulation;
    private final UNetPlan plan;
    private final TimeEmbedding timeEmbedding;
    private final AffineParameters input;
    private final List<UNetStage> down = new ArrayList<>();
    private final UNetMiddle middle;
    private final List<UNetStage> up = new ArrayList<>();
    private final NormParameters lastNorm;
    private final AffineParameters output;
    private final UNetConditions conditions;
    private final Parameter conditionKernel;
    private final SectionTokens tokens;

    /** Latent and modulation are null where they are left open. */
    UNetDenoiser(
            UNetDenoiserConfig config,
            LatentLayout latent,
            LayerModulation chosen,
            UNetConditions conditions,
            long seed) {
        super("decoder", seed, config.initialization().initialValues());
        this.config = config;
        chosenLatent = latent;
        chosenModulation = chosen;
        modulation = chosen == null ? LayerModulation.whole() : chosen;
        layout =
                modulation.layout(
                        latent == null ? LatentLayout.of(PUBLISHED_LATENT_SIZE) : latent,
                        config.depths());
        this.conditions = conditions;
        int images = config.imageShape().get(0);
        int c = config.channels();
        input = affine("image_proj", c, images, 3, 3);
        conditionKernel =
                conditions.channels() == 0
                        ? null
                        : weight("views.image_proj.weight", c, conditions.channels(), 3, 3);
        tokens =
                conditions.crossAttention().isEmpty()
                        ? null
                        : part(
                                "views.tokens",
                                new SectionTokens(nameOf("views.tokens"), seed, layout, c));
        timeEmbedding =
                part(
                        "time_emb",
                        TimeEmbedding.builder()
                                .channels(c)
                                .timeDivisor(config.timeDivisor())
                                .initialization(config.initialization())
                                .seed(seed)
                                .named(nameOf("time_emb")));
        plan = UNetPlan.of(config, conditions);
        addStages(down, "down", plan.down());
        middle =
                part(
                        "middle",
                        new UNetMiddle(
                                nameOf("middle"),
                                plan.middleChannels(),
                                layout.size(middleSection()),
                                conditions
                                        .crossAttention()
                                        .contains(config.multipliers().size() - 1),
                                config,
                                seed));
        addStages(up, "up", plan.up());
        int last = config.channels(0);
        lastNorm = norm("norm", last, UNetDenoiserConfig.LAST_GROUPS);
        output = affine("final", images, last, 3, 3);
    }

    private void addStages(List<UNetStage> stages, String path, List<UNetPlan.Stage> planned) {
        for (UNetPlan.Stage stage : planned) {
            String local = path + "." + stages.size();
            int section = modulation.section(stage.depth(), config.depths());
            stages.add(
                    part(
                            local,
                            new UNetStage(
                                    nameOf(local),
                                    stage,
                                    section,
                                    layout.size(section),
                                    config,
                                    seed())));
        }
    }

    private int middleSection() {
        return modulation.section(config.depths() - 1, config.depths());
    }

    /**
     * Starts from the published CIFAR-10 values.
     *
     * @return a builder
     */
    public static UNetDenoiserBuilder builder() {
        return new UNetDenoiserBuilder();
    }

    /**
     * {@return what a configuration says about this block, without latent, modulation, seed and
     * values}
     */
    public UNetDenoiserConfig config() {
        return config;
    }

    @Override
    public List<Integer> imageShape() {
        return config.imageShape();
    }

    @Override
    public int latentSize() {
        return layout.size();
    }

    /** {@return the sections of the latent as this network takes it} */
    public LatentLayout layout() {
        return layout;
    }

    /**
     * {@return the latent that the builder was given; empty if it was left open and this block has
     * no values yet}
     */
    @Internal
    public Optional<LatentLayout> chosenLatent() {
        return Optional.ofNullable(isInitialized() ? layout : chosenLatent);
    }

    /**
     * {@return the modulation that the builder was given; empty if it was left open and this block
     * has no values yet}
     */
    @Internal
    public Optional<LayerModulation> chosenModulation() {
        return Optional.ofNullable(isInitialized() ? modulation : chosenModulation);
    }

    /**
     * {@return for each section of the latent the blocks that it drives: name (such as {@code
     * up.3.res}) to height and width}
     */
    @Internal
    public List<Map<String, List<Long>>> blocksOfSections() {
        return SectionTable.of(config, plan, modulation, layout);
    }

    /**
     * Returns the names of the activations that can be asked for: the outputs of all blocks, each
     * {@code [N, channels, height, width]} of its level, {@code channels x multiplier} and the
     * image's sides halved once a level.
     *
     * @return {@code down.0}, ..., {@code middle}, {@code up.0}, ..., without those that only
     *     change the resolution, in the order in which they are computed
     */
    public List<String> activationNames() {
        List<String> names = new ArrayList<>();
        down.stream()
                .filter(stage -> stage.resample() == Resample.NONE)
                .map(this::localName)
                .forEach(names::add);
        names.add(MIDDLE);
        up.stream().filter(UNetStage::popsSkip).map(this::localName).forEach(names::add);
        return names;
    }

    private String localName(UNetStage stage) {
        return stage.name().substring(nameOf("").length());
    }

    /**
     * Returns the options of {@code forward} that ask for a number format and for activations.
     *
     * @param format of feature maps; the prediction and the activations are float32 all the same
     * @param activations names from {@link #activationNames()}; each is appended to the output
     *     under its name, in the order of {@link #activationNames()}
     * @return what to hand over as {@code params}
     * @throws IllegalArgumentException if a name is unknown
     */
    @Internal
    public PairList<String, Object> options(NumberFormat format, Set<String> activations) {
        return ActivationCapture.options(format, activations, activationNames());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray images = inputs.get(0);
        NDArray times = inputs.get(1);
        NDArray whole = inputs.get(2);
        requireShapes(images.getShape(), times.getShape(), whole.getShape());
        boolean masked = conditions.equals(UNetConditions.none()) && inputs.size() == 4;
        if (!masked) {
            conditions.requireInputs(inputs.subNDList(3), images.getShape(), layout.size());
        }
        OperatorMode mode = mode(training, params);
        ActivationCapture activations = ActivationCapture.of(params);
        try (NDList owned = new NDList()) {
            NDArray z = whole;
            if (masked) {
                z = masked(whole, inputs.get(3), owned);
                owned.add(z);
            }
            NDArray once = timeEmbedding.apply(store, times, mode);
            owned.add(once);
            NDArray time = repeated(once, z);
            owned.add(time);
            NDList latents = sections(z, mode);
            owned.addAll(latents);
            NDArray attended = null;
            if (tokens != null) {
                attended = tokens.apply(store, conditions.sources(inputs.subNDList(3)), mode);
                owned.add(attended);
            }
            NDArray projected = project(store, inputs, mode);
            return denoise(store, projected, time, latents, attended, mode, activations);
        }
    }

    private NDArray masked(NDArray z, NDArray mask, NDList owned) {
        Shape expected = new Shape(z.getShape().get(0), layout.sections());
        UNetConditions.require("mask", expected, mask.getShape());
        NDArray each = layout.spread(mask);
        owned.add(each); // Backward reads it.
        return z.mul(each);
    }

    /** The first convolution, of the images and what joins their channels. */
    private NDArray project(ParameterStore store, NDList inputs, OperatorMode mode) {
        NDArray images = inputs.get(0);
        Affine own = input.values(store, images, mode);
        if (conditionKernel == null) {
            return Operators.conv(images, own, 1, mode);
        }
        // Not from the store, whose kernels may be packed.
        NDArray more = conditionKernel.getArray();
        try (NDArray joined = images.concat(inputs.get(3), 1);
                NDArray kernel = input.weight().getArray().concat(more, 1)) {
            return Operators.conv(joined, new Affine(kernel, own.bias()), 1, mode);
        }
    }

    private NDList denoise(
            ParameterStore store,
            NDArray projected,
            NDArray time,
            NDList latents,
            NDArray attended,
            OperatorMode mode,
            ActivationCapture activations) {
        Deque<NDArray> skips = new ArrayDeque<>();
        NDArray x = projected;
        skips.push(x);
        for (UNetStage stage : down) {
            x = stage.apply(store, x, time, latents, attended, mode);
            skips.push(x);
            activations.offer(localName(stage), x, mode);
        }
        x = middle.apply(store, x, time, latents.get(middleSection()), attended, mode);
        activations.offer(MIDDLE, x, mode);
        for (UNetStage stage : up) {
            NDArray before = x;
            if (stage.popsSkip()) {
                try (NDArray own = skips.pop();
                        NDArray skip = repeated(own, before);
                        NDArray joined = before.concat(skip, 1)) {
                    x = stage.apply(store, joined, time, latents, attended, mode);
                }
            } else {
                x = stage.apply(store, before, time, latents, attended, mode);
            }
            before.close();
            activations.offer(localName(stage), x, mode);
        }
        NDList results = new NDList();
        try (NDArray last = x;
                NDArray prediction =
                        Operators.normSiluConv(
                                last,
                                lastNorm.group(store, time, mode),
                                output.values(store, time, mode),
                                Resample.NONE,
                                mode)) {
            results.add(Operators.float32(prediction, mode));
        }
        activations.appendTo(results);
        return results;
    }

    /**
     * All rows one after another, until there are as many as {@code like} has; itself if it has.
     */
    private static NDArray repeated(NDArray rows, NDArray like) {
        int copies = Math.toIntExact(like.getShape().get(0) / rows.getShape().get(0));
        return copies == 1 ? rows : NDArrays.concat(new NDList(Collections.nCopies(copies, rows)));
    }

    /** SiLU of the latent, cut into its sections. */
    private NDList sections(NDArray z, OperatorMode mode) {
        NDArray active = Operators.silu(z, mode);
        if (layout.sections() == 1) {
            return new NDList(active);
        }
        try (active) {
            long[] offsets = new long[layout.sections() - 1];
            for (int i = 0; i < offsets.length; i++) {
                offsets[i] = layout.offset(i + 1);
            }
            return active.split(offsets, 1);
        }
    }

    private void requireShapes(Shape images, Shape times, Shape z) {
        long n = images.get(0);
        List<Integer> shape = config.imageShape();
        UNetConditions.require(
                "images", new Shape(n, shape.get(0), shape.get(1), shape.get(2)), images);
        UNetConditions.require("times", new Shape(n), times);
        boolean many = tokens == null && z.dimension() == 2 && n > 0;
        long copies = many ? Math.max(1, z.get(0) / n) : 1;
        UNetConditions.require("latent", new Shape(copies * n, layout.size()), z);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
