package org.soda4j.data.pair;

import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.image.PixelImage;

/**
 * Items of which there are one or several images: what {@link ViewPairs} draws source and target
 * from. An item is a photograph, or an object seen from several sides, with a pose for each image.
 *
 * <p>Implementations are thread-safe.
 */
public interface ViewSource {

    /**
     * Returns the number of items.
     *
     * @return at least 1
     */
    int size();

    /**
     * Returns the number of images of an item.
     *
     * @param item 0 .. size - 1
     * @return at least 1
     */
    int views(int item);

    /**
     * Returns one image.
     *
     * @param item 0 .. size - 1
     * @param view 0 .. views(item) - 1
     * @return the 8-bit image
     */
    PixelImage image(int item, int view);

    /**
     * Returns an item's class.
     *
     * @param item 0 .. size - 1
     * @return the label, or -1 where there are none
     */
    int label(int item);

    /**
     * Returns how many numbers a pose has.
     *
     * @return 0 where there are no poses
     */
    default int poseSize() {
        return 0;
    }

    /**
     * Returns the pose of one image, for example the camera's angles or its matrix.
     *
     * @param item 0 .. size - 1
     * @param view 0 .. views(item) - 1
     * @return {@link #poseSize()} numbers; not to be changed
     */
    default float[] pose(int item, int view) {
        return new float[0];
    }

    /**
     * Says where an image comes from, for error messages.
     *
     * @param item 0 .. size - 1
     * @param view 0 .. views(item) - 1
     * @return the data set, the file where there is one, and the index
     */
    String describe(int item, int view);

    /**
     * Returns a digest of the images for a run's record.
     *
     * @return a hexadecimal hash, or an empty text where there is none
     */
    default String contentHash() {
        return "";
    }

    /**
     * Returns a source whose items are the images of a data set.
     *
     * @param images the data set
     * @return one image an item, no poses
     * @throws IllegalArgumentException if the data set is empty
     */
    static ViewSource of(ImageDataset images) {
        return new SingleImages(images);
    }

    /**
     * Returns a source whose items are groups of a data set's images: all images of one object.
     * Items are in the order in which their first images stand; the label is the first image's.
     *
     * <pre>{@code
     * ViewSource turntable = ViewSource.grouped(coil, coil::object, i -> {
     *     double angle = Math.toRadians(coil.angleDegrees(i));
     *     return new float[] {(float) Math.sin(angle), (float) Math.cos(angle)};
     * });
     * }</pre>
     *
     * @param images the data set
     * @param objects the object an image shows, any number for each index
     * @param poses the pose of an image, equally long for each index
     * @return several images an item
     * @throws IllegalArgumentException if the data set is empty or poses differ in length
     */
    static ViewSource grouped(
            ImageDataset images, IntUnaryOperator objects, IntFunction<float[]> poses) {
        return new GroupedImages(images, objects, poses);
    }
}
