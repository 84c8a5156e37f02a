package org.soda4j.data.dataset;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * 3D Shapes: 480,000 images of 64 x 64 in colour of one object in a room, with six known factors;
 * held in memory. The label is the shape.
 *
 * <p>Source: C. Burgess, H. Kim, "3D Shapes Dataset", 2018 (github.com/google-deepmind/3d-shapes),
 * file {@code 3dshapes.h5}: HDF5, {@code images} and {@code labels}. HDF5 is read by {@code
 * io.jhdf:jhdf} 0.13 or newer, which has to be on the class path.
 *
 * <pre>{@code
 * Shapes3d shapes = Shapes3d.builder().root(Path.of("3dshapes.h5")).count(10_000).build();
 * }</pre>
 */
public final class Shapes3d extends FactorDataset {

    private static final int SHAPE = 4;

    private static final FactorSpace SPACE =
            new FactorSpace(
                    List.of("floor hue", "wall hue", "object hue", "scale", "shape", "orientation"),
                    new int[] {10, 10, 10, 8, 4, 15},
                    Set.of(3, 5));

    /** The label of the first and the last level of each factor; those between are even. */
    private static final double[][] LABELS = {
        {0, 0.9}, {0, 0.9}, {0, 0.9}, {0.75, 1.25}, {0, 3}, {-30, 30}
    };

    private Shapes3d(Builder builder, RecordCollector collected, int[][] factors) {
        super(
                builder,
                collected,
                SPACE,
                factors,
                levelNames(SPACE.names().get(SHAPE), SPACE.sizes()[SHAPE]));
    }

    /**
     * Starts a builder.
     *
     * @return a builder for all images
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Sets which part of 3D Shapes to read, and from where. */
    public static final class Builder extends FactorFilesBuilder<Builder> {

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Reads the images.
         *
         * @return the data set; it holds no native memory and needs no closing
         * @throws DatasetException if the file is missing, is not HDF5 with images and labels of
         *     this data set, is damaged, or has more than the heap has room for
         * @throws IllegalStateException if nothing says where the data are, or jhdf is not on the
         *     class path
         */
        public Shapes3d build() {
            Path file = find(List.of("3dshapes.h5"));
            RecordCollector collector = new RecordCollector(OnError.STOP);
            collector.startFile(file.toString());
            int[][] factors;
            try (HdfImages images = HdfImages.open(file, "images", "labels")) {
                int[] chosen = choose(file, images.count(), images.imageBytes());
                factors = new int[chosen.length][];
                double[][] labels = images.labels(SPACE.sizes().length);
                for (int i = 0; i < chosen.length; i++) {
                    factors[i] = levels(file, chosen[i], labels[chosen[i]]);
                }
                List<PixelImage> pixels = images.read(chosen);
                for (int i = 0; i < chosen.length; i++) {
                    collector.add(chosen[i], pixels.get(i), factors[i][SHAPE]);
                }
            }
            collector.finish("3D Shapes");
            return new Shapes3d(this, collector, factors);
        }

        private static int[] levels(Path file, int index, double[] labels) {
            int[] levels = new int[labels.length];
            for (int f = 0; f < levels.length; f++) {
                double first = LABELS[f][0];
                int last = SPACE.sizes()[f] - 1;
                double step = (LABELS[f][1] - first) / last;
                double level = (labels[f] - first) / step;
                levels[f] = (int) Math.round(level);
                if (!(Math.abs(level - levels[f]) < 0.01) || levels[f] < 0 || levels[f] > last) {
                    throw new DatasetException(
                            file.toString(),
                            index,
                            "labels: expected %s to be one of %d even steps from %s to %s, found %s"
                                    .formatted(
                                            SPACE.names().get(f),
                                            last + 1,
                                            first,
                                            LABELS[f][1],
                                            labels[f]),
                            null);
                }
            }
            return levels;
        }
    }
}
