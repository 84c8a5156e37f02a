package org.soda4j.data.dataset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.util.Progress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * A labelled image data set: a DJL {@link RandomAccessDataset} whose records are one image, float32
 * {@code [C, H, W] in [0, 1]}, and one label, int64 {@code []}, with the 8-bit images underneath
 * for transforms.
 *
 * <p>Reading is thread-safe: any number of threads may call {@link #image} and {@link #label}. What
 * cannot be read is a {@link DatasetException} that names file and index.
 */
public abstract class ImageDataset extends RandomAccessDataset {

    /**
     * Creates the data set.
     *
     * @param builder DJL's sampling options
     */
    protected ImageDataset(BaseBuilder<?> builder) {
        super(builder);
    }

    /**
     * Makes one of any DJL data set of images, such as those of DJL's module {@code basicdataset}
     * (CIFAR-10, MNIST, Fashion-MNIST, each with its own download), which then has to be on the
     * class path. Its pipeline of transforms is not applied.
     *
     * @param dataset prepared ({@code dataset.prepare()}); each record one image, {@code [H, W]} or
     *     {@code [H, W, C]} in 0 .. 255 or floating-point {@code [C, H, W] in [0, 1]}, and one
     *     label. As thread-safe as it is; not closed
     * @param classNames the names of the classes, in label order
     * @return a data set over it; images are converted at each access, labels are remembered
     */
    public static ImageDataset of(RandomAccessDataset dataset, List<String> classNames) {
        return dataset instanceof ImageDataset images
                ? images
                : new AdaptedDataset(dataset, classNames);
    }

    /**
     * Returns one image.
     *
     * @param index 0 .. size - 1
     * @return the 8-bit image
     */
    public abstract PixelImage image(int index);

    /**
     * Returns the class of one image.
     *
     * @param index 0 .. size - 1
     * @return the label, an index into {@link #classNames()}, or -1 where the data have no labels
     */
    public abstract int label(int index);

    /**
     * Returns the names of the classes, in label order; empty where the data have no labels.
     *
     * @return the class names
     */
    public abstract List<String> classNames();

    /**
     * Says where an image comes from, for error messages and reports: the file and the index in it.
     *
     * @param index 0 .. size - 1
     * @return a text such as {@code "data_batch_2.bin, index 17"}
     */
    public String source(int index) {
        return getClass().getSimpleName() + ", index " + index;
    }

    /**
     * Returns what an image is called in features, indexes and tables: the path of its file below
     * the data set's folder, with slashes, or its index in the whole data set.
     *
     * @param index 0 .. size - 1
     * @return the id; parts of a data set keep those of the whole
     */
    public String id(int index) {
        return Integer.toString(index);
    }

    /**
     * Returns the file of an image, where each has one of its own.
     *
     * @param index 0 .. size - 1
     * @return the file, or empty
     */
    public Optional<Path> path(int index) {
        return Optional.empty();
    }

    /**
     * Returns a hash of what the data set holds, for provenance: SHA-256 over the number of images
     * and each image's sizes, label and pixels, in order. Equal data give equal hashes whatever
     * files they came from, except in the data sets that decode image files on demand: those hash
     * relative paths, labels and file contents, because decoders differ in the last bit.
     *
     * <p>Reads every image, so it takes as long as one pass over the data; nothing is kept.
     *
     * @return 64 lower-case hexadecimal digits
     */
    public String contentHash() {
        ContentHash hash = new ContentHash();
        int size = Math.toIntExact(size());
        hash.addInt(size);
        for (int i = 0; i < size; i++) {
            hash.addImage(image(i), label(i));
        }
        return hash.hex();
    }

    /**
     * Returns a stratified part: {@code perClass} images of every class, in this data set's order.
     * Which ones depends on the seed and the positions alone, and a larger part with the same seed
     * contains the smaller one.
     *
     * @param perClass images of each class, at least 1
     * @param seed any number
     * @return a data set over this one
     * @throws IllegalArgumentException if perClass is below 1, the data have no labels, or a class
     *     has fewer images
     */
    public ImageDataset subset(int perClass, long seed) {
        return new ImageSubset(this, Stratification.choose(this, perClass, seed));
    }

    /**
     * Splits the images in two, every class in the same proportion, to the nearest image; images
     * without labels are one class. Which image is where depends on the seed and the positions
     * alone.
     *
     * @param fraction of every class that goes into the first part, above 0 and below 1
     * @param seed any number
     * @return both parts, in this data set's order
     * @throws IllegalArgumentException if fraction is outside that range, or a part would be empty
     */
    public DatasetSplit split(double fraction, long seed) {
        return Stratification.split(this, fraction, seed);
    }

    /**
     * Returns the chosen images, in the given order; an index may be given more than once.
     *
     * @param indices 0 .. size - 1 each
     * @return a data set over this one
     * @throws IndexOutOfBoundsException if an index is outside this data set
     */
    public ImageDataset select(int... indices) {
        return new ImageSubset(this, indices);
    }

    /** Does nothing: the data are read when the data set is built, or when they are asked for. */
    @Override
    public void prepare(Progress progress) {}

    @Override
    protected ImageDataset newSubDataset(int[] indices, int from, int to) {
        return new ImageSubset(this, Arrays.copyOfRange(indices, from, to));
    }

    @Override
    protected ImageDataset newSubDataset(List<Long> subIndices) {
        return new ImageSubset(this, subIndices.stream().mapToInt(Math::toIntExact).toArray());
    }

    @Override
    public Record get(NDManager manager, long index) {
        PixelImage image = image(Math.toIntExact(index));
        NDArray pixels =
                manager.create(
                        ByteBuffer.wrap(image.pixels()),
                        new Shape(image.height(), image.width(), image.channels()),
                        DataType.UINT8);
        NDArray data = pixels.transpose(2, 0, 1).toType(DataType.FLOAT32, true).div(255f);
        NDArray label = manager.create((long) label(Math.toIntExact(index)));
        return new Record(new NDList(data), new NDList(label));
    }

    /** Chosen images of another data set. */
    private static final class ImageSubset extends ImageDataset {

        private final ImageDataset whole;
        private final int[] indices;

        ImageSubset(ImageDataset whole, int[] indices) {
            super(new SameSampling(whole));
            long size = whole.size();
            for (int i = 0; i < indices.length; i++) {
                if (indices[i] < 0 || indices[i] >= size) {
                    throw new IndexOutOfBoundsException(
                            "position %d: expected an index in 0..%d, found %d"
                                    .formatted(i, size - 1, indices[i]));
                }
            }
            this.whole = whole;
            this.indices = indices.clone();
        }

        @Override
        public PixelImage image(int index) {
            return whole.image(indices[index]);
        }

        @Override
        public int label(int index) {
            return whole.label(indices[index]);
        }

        @Override
        public List<String> classNames() {
            return whole.classNames();
        }

        @Override
        public String source(int index) {
            return whole.source(indices[index]);
        }

        @Override
        public String id(int index) {
            return whole.id(indices[index]);
        }

        @Override
        public Optional<Path> path(int index) {
            return whole.path(indices[index]);
        }

        @Override
        protected long availableSize() {
            return indices.length;
        }

        @Override
        public ImageDataset select(int... chosen) {
            return new ImageSubset(whole, IntStream.of(chosen).map(i -> indices[i]).toArray());
        }
    }

    /** Hands the sampling options of one data set on to another over it, without its limit. */
    private static final class SameSampling extends BaseBuilder<SameSampling> {

        SameSampling(ImageDataset other) {
            sampler = other.sampler;
            dataBatchifier = other.dataBatchifier;
            labelBatchifier = other.labelBatchifier;
            pipeline = other.pipeline;
            targetPipeline = other.targetPipeline;
            prefetchNumber = other.prefetchNumber;
            device = other.device;
        }

        @Override
        protected SameSampling self() {
            return this;
        }
    }
}
