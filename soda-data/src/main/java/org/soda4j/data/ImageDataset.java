package org.soda4j.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A labelled image data set: a DJL {@link RandomAccessDataset} whose records are one image, float32
 * {@code [C, H, W] in [0, 1]}, and one label, int64 {@code []}, with the 8-bit images underneath
 * for transforms.
 *
 * <p>Reading is thread-safe: any number of threads may call {@link #image} and {@link #label}.
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
}
