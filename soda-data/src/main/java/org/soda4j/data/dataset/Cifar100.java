package org.soda4j.data.dataset;

import java.util.List;
import java.util.Objects;
import org.soda4j.io.DatasetException;

/**
 * CIFAR-100: 50,000 training and 10,000 test images of 32 x 32 in colour, 100 fine classes in 20
 * coarse ones; held in memory (about 185 MB for the training split).
 *
 * <p>Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; the
 * binary version, as a folder or as the official archive {@code cifar-100-binary.tar.gz}.
 *
 * <pre>{@code
 * Cifar100 train = Cifar100.builder().root(Path.of("data")).build();
 * }</pre>
 */
public final class Cifar100 extends CifarDataset {

    /** Which of the two labels of an image is its label. */
    public enum LabelKind {
        /** The 20 coarse classes. */
        COARSE,
        /** The 100 fine classes. The default. */
        FINE
    }

    private static final List<String> COARSE_NAMES =
            words(
                    """
                    aquatic_mammals fish flowers food_containers fruit_and_vegetables
                    household_electrical_devices household_furniture insects large_carnivores
                    large_man-made_outdoor_things large_natural_outdoor_scenes
                    large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people
                    reptiles small_mammals trees vehicles_1 vehicles_2
                    """);
    private static final List<String> FINE_NAMES =
            words(
                    """
                    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle
                    bowl boy bridge bus butterfly camel can castle caterpillar cattle
                    chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur
                    dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard
                    lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain
                    mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree
                    plain plate poppy porcupine possum rabbit raccoon ray road rocket
                    rose sea seal shark shrew skunk skyscraper snail snake spider
                    squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor
                    train trout tulip turtle wardrobe whale willow_tree wolf woman worm
                    """);
    private static final int TRAIN_RECORDS = 50_000;
    private static final int TEST_RECORDS = 10_000;

    private Cifar100(Builder builder, RecordCollector collected) {
        super(builder, collected, builder.labels == LabelKind.FINE ? FINE_NAMES : COARSE_NAMES);
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    /**
     * Starts a builder.
     *
     * @return a builder for the training split with fine labels
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sets which part of CIFAR-100 to read, and from where.
     *
     * <p>{@code root} is the folder with {@code train.bin} and {@code test.bin}, the folder above
     * it, the archive, or the folder with the archive.
     */
    public static final class Builder extends CifarBuilder<Builder> {

        private LabelKind labels = LabelKind.FINE;

        private Builder() {
            super(OfficialFiles.CIFAR_100);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets which labels to use. Default: {@link LabelKind#FINE}.
         *
         * @param labels coarse or fine
         * @return this builder
         * @throws NullPointerException if labels is null
         */
        public Builder labels(LabelKind labels) {
            this.labels = Objects.requireNonNull(labels, "labels");
            return this;
        }

        /**
         * Reads the split.
         *
         * @return the data set; it holds no native memory and needs no closing
         * @throws DatasetException if the file is missing, truncated or cannot be downloaded, has
         *     the wrong number of records, or holds a coarse label outside 0..19 or a fine label
         *     outside 0..99
         * @throws IllegalStateException if root was not set
         * @throws IllegalArgumentException if the split is VALIDATION, which CIFAR-100 does not
         *     have
         */
        public Cifar100 build() {
            Format format =
                    new Format(
                            "CIFAR-100",
                            "cifar-100-binary",
                            OfficialFiles.CIFAR_100,
                            new int[] {COARSE_NAMES.size(), FINE_NAMES.size()},
                            labels.ordinal());
            requireTrainOrTest(format.name());
            boolean test = split == Usage.TEST;
            int records = recordsPerFile > 0 ? recordsPerFile : test ? TEST_RECORDS : TRAIN_RECORDS;
            List<String> files = List.of(test ? "test.bin" : "train.bin");
            return new Cifar100(this, read(this, format, files, records));
        }
    }
}
