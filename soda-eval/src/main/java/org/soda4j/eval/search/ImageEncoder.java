package org.soda4j.eval.search;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.DecodedImages;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.ModelFingerprint;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;

/**
 * Turns image files into features of one {@link FeatureSpace}. As a {@link Function} of the JDK it
 * can be handed to whatever stores or compares vectors. Thread-safe; does not own the model.
 *
 * <pre>{@code
 * ImageEncoder encoder = ImageEncoder.of(soda);
 * float[] features = encoder.apply(Files.readAllBytes(Path.of("cat.jpg")));
 * }</pre>
 */
public final class ImageEncoder implements Function<byte[], float[]> {

    private final ImageDecoder decoder;
    private final FeatureExtractor extractor;
    private final FeatureSpace space;

    private ImageEncoder(ImageDecoder decoder, FeatureExtractor extractor, FeatureSpace space) {
        this.decoder = decoder;
        this.extractor = extractor;
        this.space = space;
    }

    /**
     * Takes what search gains most from, the default of {@link FeatureExtractor#of}: the latent and
     * the means of all stages, standardised by the model's statistics; the latent alone where the
     * model has none.
     *
     * @param soda a trained model; stays open, and must not be trained further meanwhile
     * @return the encoder
     */
    public static ImageEncoder of(Soda soda) {
        return of(FeatureExtractor.of(soda));
    }

    /**
     * Takes any features of a model.
     *
     * @param soda as above
     * @param output which
     * @param standardized whether by the statistics that the model was saved with
     * @return the encoder
     * @throws IllegalStateException if there are no such statistics
     */
    public static ImageEncoder of(Soda soda, Output output, boolean standardized) {
        Objects.requireNonNull(output, "output");
        return of(FeatureExtractor.of(soda).output(output).standardized(standardized));
    }

    /**
     * Takes what an extractor gives, such as the denoiser's features.
     *
     * @param extractor with its model
     * @return the encoder
     * @throws IllegalStateException if features cannot be computed or standardised as it asks
     */
    public static ImageEncoder of(FeatureExtractor extractor) {
        Soda soda = extractor.soda();
        List<Integer> shape = soda.config().denoiser().imageShape();
        byte[] grey = new byte[3 * shape.get(1) * shape.get(2)];
        PixelImage any = new PixelImage(shape.get(2), shape.get(1), 3, grey);
        int width = extractor.batchSize(1).extract(new DecodedImages(List.of(any))).width();
        boolean latentFirst =
                switch (extractor.output()) {
                    case LATENT, NORMALIZED_LATENT, JOINED, JOINED_DENOISER -> true;
                    case POOLED, STAGES, DENOISER, PIXELS -> false;
                };
        String preparation =
                "%s of images resized to %d x %d, %d channels"
                        .formatted(
                                extractor.description(), shape.get(1), shape.get(2), shape.get(0));
        return new ImageEncoder(
                soda.config().preparation().decoder(shape.get(0)),
                extractor,
                new FeatureSpace(
                        ModelFingerprint.of(soda),
                        preparation,
                        width,
                        latentFirst ? soda.config().latent().sizes() : List.of()));
    }

    /**
     * Says which features these are.
     *
     * @return the space
     */
    public FeatureSpace space() {
        return space;
    }

    /**
     * Encodes the content of an image file.
     *
     * @param image JPEG, PNG, BMP, GIF or WebP, as {@link ImageDecoder} takes it
     * @return its features
     * @throws org.soda4j.io.DatasetException if it is no image
     */
    @Override
    public float[] apply(byte[] image) {
        return encode(decoder.decode("image", image));
    }

    /**
     * Encodes an image file.
     *
     * @param file as above
     * @return its features
     * @throws org.soda4j.io.DatasetException if it cannot be read or is no image; names the file
     */
    public float[] encode(Path file) {
        return encode(decoder.decode(file));
    }

    private float[] encode(PixelImage image) {
        return extractor.batchSize(1).extract(new DecodedImages(List.of(image))).row(0);
    }

    /**
     * Encodes images, 64 at once.
     *
     * @param images at least one, of any sizes
     * @return their features, in their order
     */
    public FeatureSet encode(ImageDataset images) {
        return extractor.extract(images);
    }

    /** Decoded as the model prepares files. */
    FileImages files(List<Path> files) {
        return new FileImages(files, decoder);
    }

    FeatureSet encode(ImageDataset images, LongConsumer progress) {
        return extractor.progress(progress::accept).extract(images);
    }
}
