package org.soda4j.data.dataset;

import ai.djl.training.dataset.Dataset;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * Small NORB: 24,300 training and as many test images of 96 x 96 in grey of 50 toys, of which each
 * split has its own 25, with four known factors: category (the label), elevation, azimuth and
 * lighting. Which toy of its category it is is no factor, as its number means something else in
 * every category. Held in memory (about 230 MB a split). Of the two cameras the first is read.
 *
 * <p>Source: Y. LeCun, F. J. Huang, L. Bottou, "Learning Methods for Generic Object Recognition
 * with Invariance to Pose and Lighting", 2004 (cs.nyu.edu/~ylclab/data/norb-v1.0-small). {@code
 * root} is the folder with the official files, {@code smallnorb-*-dat.mat}, {@code -cat.mat} and
 * {@code -info.mat}, each with or without {@code .gz}.
 *
 * <pre>{@code
 * SmallNorb test = SmallNorb.builder().root(folder).split(Dataset.Usage.TEST).build();
 * }</pre>
 */
public final class SmallNorb extends FactorDataset {

    private static final List<String> CATEGORIES =
            List.of("animal", "human", "airplane", "truck", "car");

    private static final FactorSpace SPACE =
            new FactorSpace(
                    List.of("category", "elevation", "azimuth", "lighting"),
                    new int[] {CATEGORIES.size(), 9, 18, 6},
                    Set.of(1));

    private SmallNorb(Builder builder, RecordCollector collected, int[][] factors) {
        super(builder, collected, SPACE, factors, CATEGORIES);
    }

    /**
     * Starts a builder.
     *
     * @return a builder for the training split
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Sets which part of small NORB to read, and from where. */
    public static final class Builder extends FactorFilesBuilder<Builder> {

        private static final int INFORMATION = 4;
        private static final int AZIMUTH_STEP = 2;

        private Dataset.Usage split = Dataset.Usage.TRAIN;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets which split to read. Default: {@code TRAIN}.
         *
         * @param split {@code TRAIN} or {@code TEST}
         * @return this builder
         * @throws IllegalArgumentException if it is VALIDATION, which small NORB does not have
         */
        public Builder split(Dataset.Usage split) {
            if (Objects.requireNonNull(split, "split") == Dataset.Usage.VALIDATION) {
                throw new IllegalArgumentException(
                        "small NORB: expected the split TRAIN or TEST, found VALIDATION");
            }
            this.split = split;
            return this;
        }

        /**
         * Reads the split.
         *
         * @return the data set; it holds no native memory and needs no closing
         * @throws DatasetException if a file is missing, truncated, too long or in another format,
         *     their numbers of images differ, a factor is outside its levels, or the heap has no
         *     room for the images
         * @throws IllegalStateException if nothing says where the data are
         */
        public SmallNorb build() {
            Path pixels = file("dat");
            RecordCollector collector = new RecordCollector(OnError.STOP);
            collector.startFile(pixels.toString());
            int[][] factors;
            try (NorbMatrix images = NorbMatrix.open(pixels, NorbMatrix.BYTES, 4)) {
                int[] shape = images.shape();
                if (shape[1] != 2) {
                    throw new DatasetException(
                            pixels.toString(),
                            "expected [images, 2 cameras, rows, columns], found "
                                    + Arrays.toString(shape));
                }
                int imageBytes = shape[2] * shape[3];
                int[] chosen = choose(pixels, shape[0], imageBytes);
                factors = factors(shape[0], chosen);
                int next = 0;
                for (int i = 0; i < chosen.length; i++) {
                    images.skip(chosen[i] - next);
                    byte[] left = new byte[imageBytes];
                    images.row().get(left);
                    next = chosen[i] + 1;
                    PixelImage image = new PixelImage(shape[3], shape[2], 1, left);
                    collector.add(chosen[i], image, factors[i][0]);
                }
                images.skip(shape[0] - next);
                images.requireEnd();
            }
            collector.finish("small NORB");
            return new SmallNorb(this, collector, factors);
        }

        private int[][] factors(int available, int... chosen) {
            int[][] categories = rows(file("cat"), 1, available, 1, chosen);
            int[][] information = rows(file("info"), 2, available, INFORMATION, chosen);
            return IntStream.range(0, chosen.length)
                    .mapToObj(i -> levels(chosen[i], categories[i][0], information[i]))
                    .toArray(int[][]::new);
        }

        /** {@code information} is the toy's number, elevation, azimuth / 10 degrees, lighting. */
        private int[] levels(int index, int category, int... information) {
            int azimuth = information[2];
            int[] levels = {category, information[1], azimuth / AZIMUTH_STEP, information[3]};
            for (int f = 0; f < levels.length; f++) {
                boolean between = f == 2 && azimuth % AZIMUTH_STEP != 0;
                if (levels[f] < 0 || levels[f] >= SPACE.sizes()[f] || between) {
                    throw new DatasetException(
                            file(f == 0 ? "cat" : "info").toString(),
                            index,
                            "expected %s in 0..%d%s, found %d"
                                    .formatted(
                                            SPACE.names().get(f),
                                            (SPACE.sizes()[f] - 1) * (f == 2 ? AZIMUTH_STEP : 1),
                                            f == 2 ? ", even" : "",
                                            f == 2 ? azimuth : levels[f]),
                            null);
                }
            }
            return levels;
        }

        private static int[][] rows(
                Path file, int dimensions, int available, int columns, int... chosen) {
            try (NorbMatrix matrix = NorbMatrix.open(file, NorbMatrix.INTEGERS, dimensions)) {
                int[] shape = matrix.shape();
                if (shape[0] != available || (dimensions > 1 && shape[1] != columns)) {
                    throw new DatasetException(
                            file.toString(),
                            "expected %d numbers for each of the %d images, found the sizes %s"
                                    .formatted(columns, available, Arrays.toString(shape)));
                }
                int[][] rows = new int[chosen.length][columns];
                int next = 0;
                for (int i = 0; i < chosen.length; i++) {
                    matrix.skip(chosen[i] - next);
                    ByteBuffer row = matrix.row();
                    row.asIntBuffer().get(rows[i]);
                    next = chosen[i] + 1;
                }
                matrix.skip(available - next);
                matrix.requireEnd();
                return rows;
            }
        }

        private Path file(String part) {
            String name =
                    (split == Dataset.Usage.TEST
                                    ? "smallnorb-5x01235x9x18x6x2x96x96-testing-"
                                    : "smallnorb-5x46789x9x18x6x2x96x96-training-")
                            + part
                            + ".mat";
            for (String each : List.of(name, name + ".gz")) {
                if (Files.isRegularFile(requireRoot().resolve(each))) {
                    return requireRoot().resolve(each);
                }
            }
            throw new DatasetException(
                    requireRoot().toString(),
                    "expected %s or %s.gz in it, found neither".formatted(name, name));
        }
    }
}
