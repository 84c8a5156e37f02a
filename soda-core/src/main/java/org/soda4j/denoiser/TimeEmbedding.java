package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;
import org.soda4j.engine.AffineParameters;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/**
 * The embedding of the diffusion time: sinusoids of t / divisor (half sine, then half cosine,
 * frequencies exp(-ln(10000) i / (half - 1))), Linear, SiLU, Linear, four times as wide. In: times
 * of any numeric type, {@code [N]}. Out: float32 {@code [N, 4 channels]}.
 */
public final class TimeEmbedding extends NamedBlock {

    private final int channels;
    private final double divisor;
    private final float[] frequencies;
    private final AffineParameters first;
    private final AffineParameters second;

    private TimeEmbedding(String name, Builder b) {
        super(name, b.seed, b.initialization.initialValues());
        channels = b.channels;
        divisor = b.timeDivisor;
        int half = channels / 2;
        frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(10000) * i / (half - 1));
        }
        int width = 4 * channels;
        first = affine("lin1", width, channels);
        second = affine("lin2", width, width);
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
     * Times {@code [N]} to SiLU of the embedding {@code [N, 4 channels]}: every block wants that.
     */
    NDArray apply(ParameterStore store, NDArray times, OperatorMode mode) {
        try (NDArray embedding = embed(store, times, mode)) {
            return Operators.silu(embedding, mode);
        }
    }

    private NDArray embed(ParameterStore store, NDArray times, OperatorMode mode) {
        try (NDArray features = sinusoids(times);
                NDArray hidden =
                        Operators.linear(features, first.values(store, times, mode), mode);
                NDArray active = Operators.silu(hidden, mode)) {
            return Operators.linear(active, second.values(store, times, mode), mode);
        }
    }

    private NDArray sinusoids(NDArray times) {
        try (NDArray real = times.toType(DataType.FLOAT32, true);
                NDArray column = real.reshape(-1, 1);
                NDArray scaled = column.div(divisor);
                NDArray waves =
                        times.getManager().create(frequencies, new Shape(1, frequencies.length));
                NDArray angles = scaled.mul(waves);
                NDArray sine = angles.sin();
                NDArray cosine = angles.cos()) {
            return sine.concat(cosine, 1);
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(embed(store, inputs.get(0), mode(training, params)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), 4L * channels)};
    }

    /** Builds a {@link TimeEmbedding}. */
    public static final class Builder {

        private int channels = 128;
        private double timeDivisor = 1000;
        private UNetInitialization initialization = UNetInitialization.PYTORCH_DEFAULT;
        private long seed;

        private Builder() {}

        /**
         * Sets the number of sinusoids; the embedding is four times as wide. Default and published:
         * 128.
         *
         * @param channels an even number of at least 4
         * @return this
         */
        public Builder channels(int channels) {
            if (channels < 4 || channels % 2 != 0) {
                throw new IllegalArgumentException(
                        "channels: expected an even number of at least 4, found " + channels);
            }
            this.channels = channels;
            return this;
        }

        /**
         * Sets what the time is divided by. Default and published: 1000.
         *
         * @param timeDivisor a positive number
         * @return this
         */
        public Builder timeDivisor(double timeDivisor) {
            UNetBounds.requireTimeDivisor(timeDivisor);
            this.timeDivisor = timeDivisor;
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
         */
        public TimeEmbedding build() {
            return named("");
        }

        TimeEmbedding named(String name) {
            return new TimeEmbedding(name, this);
        }
    }
}
