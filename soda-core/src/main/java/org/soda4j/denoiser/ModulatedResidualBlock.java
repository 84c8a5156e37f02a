package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;
import org.soda4j.engine.AffineParameters;
import org.soda4j.engine.Modulation;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NormParameters;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.engine.Resample;

/**
 * A residual block under adaptive group normalisation (AdaGN, paper section 3.1): norm, SiLU,
 * convolution, then {@code z_s (t_s norm(h) + t_b) + z_b}, SiLU, dropout, convolution, and the sum
 * with the input; {@code (t_s, t_b) = Linear(SiLU(time))}, {@code (z_s, z_b) = Linear(SiLU(z))}.
 *
 * <p>After {@link Builder#rescaledSum} the sum is divided by sqrt(2).
 *
 * <p>In: float32 {@code [N, inChannels, H, W]}; the {@link TimeEmbedding} {@code [K N, timeSize]};
 * the latent, or the section of it that drives this block, {@code [K N, latentSize]}. Out: float32
 * {@code [K N, outChannels, H, W]}, the input under each N latents; half or twice as high and wide
 * after {@link Builder#downsample} or {@link Builder#upsample}.
 */
public final class ModulatedResidualBlock extends NamedBlock {

    /** Of a sum of two maps of equal variance it leaves that variance. */
    private static final double HALF_VARIANCE = Math.sqrt(0.5);

    private final int outChannels;
    private final double dropout;
    private final Resample resample;
    private final boolean rescaledSum;
    private final NormParameters norm1;
    private final AffineParameters conv1;
    private final AffineParameters timeProjection;
    private final AffineParameters latentProjection;
    private final NormParameters norm2;
    private final AffineParameters conv2;
    private final AffineParameters shortcut;

    private ModulatedResidualBlock(String name, Builder b) {
        super(name, b.seed, b.initialization.initialValues());
        int inChannels = b.inChannels;
        outChannels = b.outChannels == 0 ? inChannels : b.outChannels;
        resample = b.resample;
        dropout = b.dropout;
        rescaledSum = b.rescaledSum;
        BlockSizes.requireDivisor("groups", b.groups, "inChannels", inChannels);
        BlockSizes.requireDivisor("groups", b.groups, "outChannels", outChannels);
        norm1 = norm("norm1", inChannels, b.groups);
        conv1 = affine("conv1", outChannels, inChannels, 3, 3);
        timeProjection = scaleAndShift("time_emb.1", outChannels, b.timeSize, b.identityModulation);
        latentProjection =
                scaleAndShift("z_emb.1", outChannels, b.latentSize, b.identityModulation);
        norm2 = norm("norm2", outChannels, b.groups);
        conv2 = affine("conv2.1", outChannels, outChannels, 3, 3);
        shortcut =
                inChannels == outChannels
                        ? null
                        : affine("shortcut", outChannels, inChannels, 1, 1);
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * @param x {@code [N, in, H, W]}; stays open
     * @param time SiLU of the time embedding {@code [K N, 4 channels]}
     * @param latent SiLU of the section {@code [K N, section]}
     * @return {@code [K N, out, H', W']}, x under each N latents
     */
    NDArray apply(
            ParameterStore store, NDArray x, NDArray time, NDArray latent, OperatorMode mode) {
        NDArray straight = shortcut(store, x, mode);
        try (NDArray h =
                Operators.normSiluConv(
                        x,
                        norm1.group(store, x, mode),
                        conv1.values(store, x, mode),
                        resample,
                        mode)) {
            NDArray sum =
                    Operators.modulatedConv(
                            h,
                            straight,
                            new Modulation(time, timeProjection.values(store, x, mode)),
                            new Modulation(latent, latentProjection.values(store, x, mode)),
                            norm2.group(store, x, mode),
                            conv2.values(store, x, mode),
                            dropout,
                            mode);
            if (!rescaledSum) {
                return sum;
            }
            try (NDArray whole = sum) {
                return Operators.scaled(whole, HALF_VARIANCE, mode);
            }
        } finally {
            if (straight != x) {
                straight.close();
            }
        }
    }

    private NDArray shortcut(ParameterStore store, NDArray x, OperatorMode mode) {
        if (shortcut == null) {
            return resample == Resample.NONE ? x : Operators.resize(x, resample, mode);
        }
        return Operators.resizeConv(x, shortcut.values(store, x, mode), resample, mode);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 4, 2, 2);
        OperatorMode mode = mode(training, params);
        try (NDArray time = Operators.silu(inputs.get(1), mode);
                NDArray latent = Operators.silu(inputs.get(2), mode)) {
            return new NDList(apply(store, inputs.get(0), time, latent, mode));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape in = inputShapes[0];
        return new Shape[] {
            new Shape(
                    inputShapes[2].get(0),
                    outChannels,
                    resample.size(in.get(2)),
                    resample.size(in.get(3)))
        };
    }

    /** Builds a {@link ModulatedResidualBlock}. */
    public static final class Builder {

        private int inChannels = 128;
        private int outChannels;
        private int timeSize = 512;
        private int latentSize = 128;
        private int groups = 32;
        private double dropout = 0.1;
        private Resample resample = Resample.NONE;
        private boolean identityModulation;
        private boolean rescaledSum;
        private UNetInitialization initialization = UNetInitialization.PYTORCH_DEFAULT;
        private long seed;

        private Builder() {}

        /**
         * Sets the channels of the input. Default: 128.
         *
         * @param inChannels at least 1
         * @return this
         */
        public Builder inChannels(int inChannels) {
            BlockSizes.require("inChannels", inChannels);
            this.inChannels = inChannels;
            return this;
        }

        /**
         * Sets the channels of the output. Default: those of the input.
         *
         * @param outChannels at least 1
         * @return this
         */
        public Builder outChannels(int outChannels) {
            BlockSizes.require("outChannels", outChannels);
            this.outChannels = outChannels;
            return this;
        }

        /**
         * Sets the width of the time embedding. Default: 512, that of {@link TimeEmbedding}.
         *
         * @param timeSize at least 1
         * @return this
         */
        public Builder timeSize(int timeSize) {
            BlockSizes.require("timeSize", timeSize);
            this.timeSize = timeSize;
            return this;
        }

        /**
         * Sets the length of the latent or its section. Default: 128.
         *
         * @param latentSize at least 1
         * @return this
         */
        public Builder latentSize(int latentSize) {
            BlockSizes.require("latentSize", latentSize);
            this.latentSize = latentSize;
            return this;
        }

        /**
         * Sets the groups of the norms. Default and published: 32.
         *
         * @param groups a divisor of the channels
         * @return this
         */
        public Builder groups(int groups) {
            BlockSizes.require("groups", groups);
            this.groups = groups;
            return this;
        }

        /**
         * Sets the dropout. Default and published: 0.1.
         *
         * @param dropout at least 0, less than 1
         * @return this
         */
        public Builder dropout(double dropout) {
            UNetBounds.requireDropout(dropout);
            this.dropout = dropout;
            return this;
        }

        /**
         * Halves height and width, by the mean of 2 x 2 pixels. Default: they stay.
         *
         * @return this
         */
        public Builder downsample() {
            return resample(Resample.DOWN);
        }

        /**
         * Doubles height and width, by the nearest neighbour. Default: they stay.
         *
         * @return this
         */
        public Builder upsample() {
            return resample(Resample.UP);
        }

        /**
         * Lets the scales of the modulation begin near 1; see {@link
         * UNetDenoiserBuilder#identityModulation}. Default: false.
         *
         * @param identityModulation whether they begin near 1
         * @return this
         */
        public Builder identityModulation(boolean identityModulation) {
            this.identityModulation = identityModulation;
            return this;
        }

        /**
         * Divides the sum of the block and its input by sqrt(2); see {@link
         * UNetDenoiserBuilder#rescaledSums}. Default: false.
         *
         * @param rescaledSum whether it is divided
         * @return this
         */
        public Builder rescaledSum(boolean rescaledSum) {
            this.rescaledSum = rescaledSum;
            return this;
        }

        /**
         * Sets how initial values are drawn. Default and published: PyTorch's way.
         *
         * @param initialization the way
         * @return this
         */
        public Builder initialization(UNetInitialization initialization) {
            this.initialization = Objects.requireNonNull(initialization, "initialization");
            return this;
        }

        Builder resample(Resample resample) {
            this.resample = resample;
            return this;
        }

        /**
         * Sets the seed of the initial values. Default: 0.
         *
         * @param seed any number
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return a new block, not initialised
         * @throws IllegalArgumentException if the groups do not divide the channels
         */
        public ModulatedResidualBlock build() {
            return named("");
        }

        ModulatedResidualBlock named(String name) {
            return new ModulatedResidualBlock(name, this);
        }
    }
}
