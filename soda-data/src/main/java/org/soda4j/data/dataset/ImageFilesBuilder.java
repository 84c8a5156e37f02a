package org.soda4j.data.dataset;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.soda4j.image.DecodingLimits;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.ImagePreparation;

/**
 * The options that all data sets of image files share.
 *
 * @param <T> the builder itself
 */
public abstract class ImageFilesBuilder<T extends ImageFilesBuilder<T>> extends FilesBuilder<T> {

    /** How files are decoded. */
    protected final ImageDecoder.Builder decoder = ImageDecoder.builder();

    boolean inMemory;
    private Path cacheFolder;
    private int cacheShortSide;

    /** Starts with the defaults. */
    protected ImageFilesBuilder() {}

    /**
     * Sets the number of channels of every image. Default: 3; grey files are repeated.
     *
     * @param channels 1 (grey) or 3 (red, green, blue)
     * @return this builder
     * @throws IllegalArgumentException if it is neither
     */
    public T channels(int channels) {
        decoder.channels(channels);
        return self();
    }

    /**
     * Sets the largest width times height of a file; more is refused before memory is asked for.
     * Default: 89,478,485 pixels.
     *
     * @param maxPixels 1 to 700,000,000
     * @return this builder
     * @throws IllegalArgumentException if it is outside that range
     */
    public T maxPixels(long maxPixels) {
        decoder.maxPixels(maxPixels);
        return self();
    }

    /**
     * Sets what a file may hold besides its pixels. Default: {@link DecodingLimits#DEFAULTS}.
     *
     * @param limits the limits
     * @return this builder
     * @throws NullPointerException if limits is null
     */
    public T limits(DecodingLimits limits) {
        decoder.limits(limits);
        return self();
    }

    /**
     * Sets whether to turn images upright as their EXIF orientation says. Default: yes.
     *
     * @param applyOrientation false to take the pixels as they are stored, as torchvision does
     * @return this builder
     */
    public T applyOrientation(boolean applyOrientation) {
        decoder.applyOrientation(applyOrientation);
        return self();
    }

    /**
     * Decodes as a model's preparation says. Default: {@link ImagePreparation#standard()}, which
     * models have unless they say otherwise.
     *
     * @param preparation {@code soda.config().preparation()}
     * @return this builder
     */
    public T preparation(ImagePreparation preparation) {
        preparation.options(decoder);
        return self();
    }

    /**
     * Sets whether {@code build} decodes all images once, on all cores, and holds them in memory.
     * Default: no; they are decoded whenever they are asked for, by whoever asks.
     *
     * @param inMemory true for small images: 100,000 of 64 x 64 take 1.2 GB
     * @return this builder
     */
    public T inMemory(boolean inMemory) {
        this.inMemory = inMemory;
        return self();
    }

    /**
     * Keeps resized images in a folder, so that each file is decoded once. Default: no cache. An
     * image whose shorter side is longer than {@code shortSide} is scaled down to it as {@link
     * org.soda4j.data.transform.Resize#shorterSide} does; others are kept as they are. Entries hold
     * plain pixels, 3 bytes each (a 256 x 341 image takes 262 kB), are written to a temporary name
     * and moved into place, belong to one version of a file and one set of options, and are made
     * again when they are damaged. Several processes may share the folder.
     *
     * @param folder made if it is missing; deleting it is always safe
     * @param shortSide 1 to 8,192 pixels
     * @return this builder
     * @throws IllegalArgumentException if shortSide is outside that range
     */
    public T resizedCache(Path folder, int shortSide) {
        if (shortSide < 1 || shortSide > 8192) {
            throw new IllegalArgumentException(
                    "shortSide: expected 1 to 8,192 pixels, found " + shortSide);
        }
        cacheFolder = Objects.requireNonNull(folder, "folder");
        cacheShortSide = shortSide;
        return self();
    }

    /**
     * Makes a data set of listed files that has to be whole.
     *
     * @param files the images, in their order
     * @param classNames the names of the labels
     * @param whole why no image can be left out, for the message
     * @return the images, decoded as this builder says
     * @throws IllegalArgumentException if {@link OnError#SKIP} was set
     * @throws org.soda4j.io.DatasetException if there is no file
     */
    protected final ImageDataset images(
            List<ImageFile> files, List<String> classNames, String whole) {
        if (onError == OnError.SKIP) {
            throw new IllegalArgumentException("onError: expected STOP, found SKIP; " + whole);
        }
        return new ImageFilesDataset(this, requireRoot(), files, classNames);
    }

    ResizedImageCache cache(ImageDecoder imageDecoder) {
        if (cacheFolder == null) {
            return null;
        }
        return new ResizedImageCache(cacheFolder, cacheShortSide, imageDecoder);
    }
}
