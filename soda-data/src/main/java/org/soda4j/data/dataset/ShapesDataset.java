package org.soda4j.data.dataset;

import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.SequenceSampler;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.soda4j.data.IntRange;
import org.soda4j.data.SplitMix64;
import org.soda4j.image.PixelImage;

/**
 * Procedural images of one coloured shape on a plain ground, with seven known factors, for tests
 * and for measuring disentanglement. Nothing is stored: image i is drawn from (seed, i) when it is
 * asked for, and it is the same on every machine to the last bit, because only exactly specified
 * arithmetic is used.
 *
 * <p>The factors of an image are drawn independently and uniformly; its label is the shape. None of
 * the shapes has a rotational symmetry, so every factor can be read from the image. In the manner
 * of dSprites (L. Matthey et al., 2017) and 3D Shapes (C. Burgess, H. Kim, 2018).
 *
 * <pre>{@code
 * ShapesDataset shapes = ShapesDataset.builder().count(5000).resolution(32).seed(7).build();
 * int[] factors = shapes.factors(12);            // levels, in the order of Factor
 * factors[ShapesDataset.Factor.HUE.ordinal()] = 0;
 * PixelImage red = shapes.render(factors);
 * }</pre>
 */
public final class ShapesDataset extends ImageDataset implements KnownFactors {

    /** What varies from image to image, with the number of levels it has by default. */
    public enum Factor {
        /**
         * Which shape; the levels are the {@link ShapesDataset#classNames()}. Default 5, at most 5.
         */
        SHAPE(5, 5),
        /** The shape's hue, level / levels of the circle, beginning at red. Default 8. */
        HUE(8, 64),
        /** The shape's outer radius, from 0.15 to 0.3 of the side. Default 4. */
        SIZE(4, 64),
        /** The centre's column, from 0.32 to 0.68 of the side. Default 8. */
        X(8, 64),
        /** The centre's row, from 0.32 to 0.68 of the side. Default 8. */
        Y(8, 64),
        /** The turn, level / levels of the full circle, clockwise. Default 12. */
        ROTATION(12, 64),
        /** The ground's hue (dark and pale), level / levels of the circle. Default 4. */
        BACKGROUND(4, 64);

        private final int defaultLevels;
        private final int maxLevels;

        Factor(int defaultLevels, int maxLevels) {
            this.defaultLevels = defaultLevels;
            this.maxLevels = maxLevels;
        }
    }

    private static final Factor[] FACTORS = Factor.values();

    private final int count;
    private final int resolution;
    private final long seed;
    private final int[] levels;
    private final List<String> classNames;

    private ShapesDataset(Builder builder) {
        super(builder);
        count = builder.count;
        resolution = builder.resolution;
        seed = builder.seed;
        levels = new int[FACTORS.length];
        builder.levels.forEach((factor, number) -> levels[factor.ordinal()] = number);
        classNames = ShapeOutline.NAMES.subList(0, levels[Factor.SHAPE.ordinal()]);
    }

    /**
     * Starts a builder.
     *
     * @return a builder for 1,000 images of 32 x 32
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a level for each of {@link Factor#values()}. */
    @Override
    public int[] factors(int index) {
        Objects.checkIndex(index, count);
        int[] factors = new int[FACTORS.length];
        for (int f = 0; f < FACTORS.length; f++) {
            double u = SplitMix64.uniform(seed, (long) index * FACTORS.length + f);
            factors[f] = (int) (u * levels[f]);
        }
        return factors;
    }

    /** Returns the names of {@link Factor#values()} in lower case, in their order. */
    @Override
    public List<String> factorNames() {
        return List.of(FACTORS).stream()
                .map(factor -> factor.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    @Override
    public int[] factorSizes() {
        return levels.clone();
    }

    /**
     * Returns whether it is size, x or y; hues and the turn go round, and shapes are categories.
     */
    @Override
    public boolean isOrdered(int factor) {
        Factor asked = FACTORS[factor];
        return asked == Factor.SIZE || asked == Factor.X || asked == Factor.Y;
    }

    /**
     * Draws an image of given factors, in the data set or not.
     *
     * @param factors a level for each of {@link Factor#values()}
     * @return the image, three channels
     * @throws IllegalArgumentException if the number of factors is wrong or a level out of range
     */
    public PixelImage render(int... factors) {
        if (factors.length != FACTORS.length) {
            throw new IllegalArgumentException(
                    "expected %d factors %s, found %d"
                            .formatted(FACTORS.length, factorNames(), factors.length));
        }
        for (int f = 0; f < FACTORS.length; f++) {
            if (factors[f] < 0 || factors[f] >= levels[f]) {
                throw new IllegalArgumentException(
                        "%s: expected a level in 0..%d, found %d"
                                .formatted(FACTORS[f], levels[f] - 1, factors[f]));
            }
        }
        return ShapeRasterizer.draw(
                resolution,
                ShapeOutline.of(factors[Factor.SHAPE.ordinal()]),
                between(factors, Factor.X, 0.32, 0.68),
                between(factors, Factor.Y, 0.32, 0.68),
                between(factors, Factor.SIZE, 0.15, 0.3),
                turn(factors, Factor.ROTATION),
                Hsv.toRgb(turn(factors, Factor.HUE), 0.85, 0.95),
                Hsv.toRgb(turn(factors, Factor.BACKGROUND), 0.4, 0.35));
    }

    private double between(int[] factors, Factor factor, double low, double high) {
        int steps = levels[factor.ordinal()] - 1;
        // A single level is the middle of the range.
        double part = steps == 0 ? 0.5 : factors[factor.ordinal()] / (double) steps;
        return low + part * (high - low);
    }

    private double turn(int[] factors, Factor factor) {
        return factors[factor.ordinal()] / (double) levels[factor.ordinal()];
    }

    @Override
    public PixelImage image(int index) {
        return render(factors(index));
    }

    @Override
    public int label(int index) {
        return factors(index)[Factor.SHAPE.ordinal()];
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public String source(int index) {
        return "shapes of seed " + seed + ", index " + index;
    }

    @Override
    protected long availableSize() {
        return count;
    }

    /** Sets how many images there are, and of what kind. */
    public static final class Builder extends RandomAccessDataset.BaseBuilder<Builder> {

        private int count = 1000;
        private int resolution = 32;
        private long seed;
        private final Map<Factor, Integer> levels = new EnumMap<>(Factor.class);

        private Builder() {
            sampler = new BatchSampler(new SequenceSampler(), 32, false);
            for (Factor factor : FACTORS) {
                levels.put(factor, factor.defaultLevels);
            }
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the number of images. Default: 1,000.
         *
         * @param count at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder count(int count) {
            this.count = IntRange.atLeastOne("count", count);
            return this;
        }

        /**
         * Sets the width and height. Default: 32 pixels.
         *
         * @param resolution 8 to 2,048 pixels
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder resolution(int resolution) {
            this.resolution = IntRange.within("resolution", resolution, 8, 2048);
            return this;
        }

        /**
         * Sets the seed. Default: 0. Train and test data of two seeds are drawn independently.
         *
         * @param seed any number
         * @return this builder
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Sets how many levels a factor has. The defaults stand at {@link Factor}.
         *
         * @param factor which factor
         * @param levels 1 (it does not vary) to 64, for {@link Factor#SHAPE} to 5
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder levels(Factor factor, int levels) {
            Objects.requireNonNull(factor, "factor");
            this.levels.put(
                    factor, IntRange.within("levels of " + factor, levels, 1, factor.maxLevels));
            return this;
        }

        /**
         * Makes the data set.
         *
         * @return the data set; it holds no images and no native memory and needs no closing
         */
        public ShapesDataset build() {
            return new ShapesDataset(this);
        }
    }
}
