package org.soda4j.novelview;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.soda4j.engine.Bounds;

/**
 * What makes a model one of novel views (the paper's camera-conditioned half): the encoder sees
 * each source view with the rays of its camera, the denoiser draws for the rays of a target camera.
 * Immutable; everything is optional. Round-trips through JSON as part of a model's configuration.
 *
 * <pre>{@code
 * ViewConditioning.builder().rays(new RayEncoding(4, 4, 0)).sources(3).cameraMasking(0.1).build()
 * }</pre>
 */
@JsonDeserialize(builder = ViewConditioning.Builder.class)
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class ViewConditioning {

    private static final int MOST_SOURCES = 1024;
    private static final int MOST_LEVEL = 15;

    private final RayEncoding rays;
    private final CameraFrame frame;
    private final int sources;
    private final ViewPooling pooling;
    private final List<Integer> crossAttention;
    private final double cameraMasking;

    private ViewConditioning(Builder builder) {
        rays = builder.rays;
        frame = builder.frame;
        sources = builder.sources;
        pooling = builder.pooling;
        crossAttention = builder.crossAttention;
        cameraMasking = builder.cameraMasking;
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return how rays become channels} */
    public RayEncoding rays() {
        return rays;
    }

    /** {@return the world in which cameras are seen} */
    public CameraFrame frame() {
        return frame;
    }

    /**
     * {@return the most source views of a target in training; each step takes the first 1 ..
     * sources of the batch, each number equally often}
     */
    public int sources() {
        return sources;
    }

    /** {@return how the latents of several sources become the one that modulates} */
    public ViewPooling pooling() {
        return pooling;
    }

    /**
     * {@return the levels of the denoiser, from 0, whose residual blocks are followed by attention
     * to the latents of all sources, ascending; the deepest level includes the middle}
     */
    public List<Integer> crossAttention() {
        return crossAttention;
    }

    /**
     * {@return the probability that training hides the target camera of an example, which guidance
     * by the camera needs}
     */
    public double cameraMasking() {
        return cameraMasking;
    }

    private List<Object> values() {
        return List.of(rays, frame, sources, pooling, crossAttention, cameraMasking);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ViewConditioning that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "ViewConditioning" + values();
    }

    private static void requireSources(int sources) {
        Bounds.require("sources", 1, MOST_SOURCES, sources);
    }

    private static List<Integer> requireLevels(List<Integer> levels) {
        Bounds.requireAll("crossAttention", 0, MOST_LEVEL, levels);
        return levels.stream().distinct().sorted().toList();
    }

    private static void requireMasking(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "cameraMasking: expected a probability 0 .. 1, found " + probability);
        }
    }

    /** Builds a {@link ViewConditioning}; every setter refuses at once what is wrong. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {

        private RayEncoding rays = RayEncoding.defaults();
        private CameraFrame frame = CameraFrame.ABSOLUTE;
        private int sources = 1;
        private ViewPooling pooling = ViewPooling.MEAN;
        private List<Integer> crossAttention = List.of();
        private double cameraMasking;

        private Builder() {}

        /**
         * Sets how rays become channels. Default: {@link RayEncoding#defaults()}.
         *
         * @param rays the encoding
         * @return this
         */
        public Builder rays(RayEncoding rays) {
            this.rays = Objects.requireNonNull(rays, "rays");
            return this;
        }

        /**
         * Sets the world in which cameras are seen. Default: absolute.
         *
         * @param frame the data's world, or the source camera's axes
         * @return this
         */
        public Builder frame(CameraFrame frame) {
            this.frame = Objects.requireNonNull(frame, "frame");
            return this;
        }

        /**
         * Sets the most source views of a target in training. Default 1. Sampling takes any number.
         *
         * @param sources 1 .. 1024
         * @return this
         */
        public Builder sources(int sources) {
            requireSources(sources);
            this.sources = sources;
            return this;
        }

        /**
         * Sets how the latents of several sources become one. Default: their mean.
         *
         * @param pooling mean or attention
         * @return this
         */
        public Builder pooling(ViewPooling pooling) {
            this.pooling = Objects.requireNonNull(pooling, "pooling");
            return this;
        }

        /**
         * Sets the levels with attention to the sources' latents. Default: none.
         *
         * @param levels any levels of the denoiser, from 0
         * @return this
         */
        public Builder crossAttention(int... levels) {
            crossAttention = requireLevels(Arrays.stream(levels).boxed().toList());
            return this;
        }

        /**
         * Sets the probability that training hides the target camera of an example. Default 0.
         *
         * @param cameraMasking 0 .. 1
         * @return this
         */
        public Builder cameraMasking(double cameraMasking) {
            requireMasking(cameraMasking);
            this.cameraMasking = cameraMasking;
            return this;
        }

        /**
         * Builds the description.
         *
         * @return the immutable description
         */
        public ViewConditioning build() {
            return new ViewConditioning(this);
        }
    }
}
