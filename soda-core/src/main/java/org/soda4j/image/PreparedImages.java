package org.soda4j.image;

import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.soda4j.engine.Internal;
import org.soda4j.io.DatasetException;

/** Images in whatever form as a model's input, {@code [C, H, W] in [0, 1]}. Thread-safe. */
@Internal
public final class PreparedImages {

    private static final int MOST_BYTES = 1 << 30;

    private final ImagePreparation preparation;
    private final ImageDecoder decoder;
    private final int channels;
    private final int height;
    private final int width;
    private final Map<Class<?>, Function<Object, PixelImage>> readers;

    /**
     * Prepares for one model.
     *
     * @param preparation the model's
     * @param shape {@code [C, H, W]} of its images
     */
    public PreparedImages(ImagePreparation preparation, List<Integer> shape) {
        this.preparation = preparation;
        channels = shape.get(0);
        height = shape.get(1);
        width = shape.get(2);
        decoder = preparation.decoder(channels);
        readers =
                Map.of(
                        Path.class, file -> decoder.decode((Path) file),
                        byte[].class, bytes -> decoder.decode("image", (byte[]) bytes),
                        InputStream.class, in -> decoder.decode("image", all((InputStream) in)),
                        Image.class, image -> pixels((Image) image));
    }

    /** {@return the types that {@link #of(Class, Object)} takes} */
    public static Set<Class<?>> types() {
        return Set.of(Path.class, byte[].class, InputStream.class, Image.class);
    }

    /**
     * Reads and prepares an image.
     *
     * @param <I> its form
     * @param type one of {@link #types()}
     * @param input the image; a stream is read to its end and not closed
     * @return {@code C x H x W} samples
     * @throws DatasetException if a file cannot be read or has to be refused; names it
     */
    public <I> float[] of(Class<I> type, I input) {
        return of(readers.get(type).apply(input));
    }

    /**
     * Prepares a decoded image.
     *
     * @param image decoded as the preparation says
     * @return {@code C x H x W} samples
     */
    public float[] of(PixelImage image) {
        PixelBuffer buffer = new PixelBuffer();
        buffer.set(image.width(), image.height(), image.channels(), image.pixels());
        preparation.apply(buffer, channels, height, width);
        byte[] pixels = buffer.pixels();
        int size = height * width;
        float[] samples = new float[channels * size];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (pixels[i % size * channels + i / size] & 0xFF) / 255f;
        }
        return samples;
    }

    private static byte[] all(InputStream in) {
        try {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new DatasetException(
                        "image",
                        String.format(
                                Locale.ROOT, "expected at most %,d bytes, found more", MOST_BYTES));
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("image: cannot be read: " + e.getMessage(), e);
        }
    }

    /** What DJL has decoded; it knows of neither orientation nor, by now, of alpha. */
    private PixelImage pixels(Image image) {
        if (image.getWrappedImage() instanceof BufferedImage stored) {
            try {
                return decoder.convert(stored);
            } catch (RefusedImageException e) {
                throw new IllegalArgumentException("image: " + e.getMessage(), e);
            }
        }
        try (NDManager manager = NDManager.newBaseManager();
                NDArray array = image.toNDArray(manager, Image.Flag.COLOR)) {
            byte[] bytes = array.toByteArray();
            PixelBuffer buffer = PixelBuffer.of(image.getWidth(), image.getHeight(), 3, bytes);
            buffer.toChannels(channels);
            return new PixelImage(image.getWidth(), image.getHeight(), channels, buffer.toBytes());
        }
    }
}
