package org.soda4j.model;

import ai.djl.Device;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.engine.Internal;
import org.soda4j.engine.LiveBlock;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.PreparedImages;

/** From images in whatever form to a model's latents. */
@Internal
public final class ImageTranslators {

    private static final int FILES_AT_ONCE = 64;

    private static final Logger LOGGER = LoggerFactory.getLogger(ImageTranslators.class);

    private final List<Integer> shape;
    private final UnaryOperator<NDArray> normalization;
    private final boolean recorded;
    private final PreparedImages images;

    /**
     * @param shape of a prepared image, {@code [C, H, W]}
     * @param preparation from a file to pixels
     * @param normalization of pixels in [0, 1]
     * @param recorded whether the model was saved with its preparation; DJL's images are resized by
     *     DJL, as they used to be, where it was not
     */
    public ImageTranslators(
            List<Integer> shape,
            ImagePreparation preparation,
            UnaryOperator<NDArray> normalization,
            boolean recorded) {
        this.shape = shape;
        this.normalization = normalization;
        this.recorded = recorded;
        images = new PreparedImages(preparation, shape);
    }

    /** Images as a batch, {@code [N, C, H, W] in [0, 1]}, in the manager. */
    public <I> NDArray batch(NDManager manager, Class<I> type, List<I> some) {
        return batch(manager, some.stream().map(image -> images.of(type, image)).toList());
    }

    private NDArray batch(NDManager manager, List<float[]> samples) {
        int length = shape.get(0) * shape.get(1) * shape.get(2);
        float[] all = new float[Math.multiplyExact(length, samples.size())];
        for (int i = 0; i < samples.size(); i++) {
            System.arraycopy(samples.get(i), 0, all, i * length, length);
        }
        return manager.create(
                all, new Shape(samples.size(), shape.get(0), shape.get(1), shape.get(2)));
    }

    /** One image, {@code [C, H, W] in [0, 1]}, as {@link #of(Class)} sees it. */
    public <I> float[] samples(Class<I> type, I image) {
        if (type != Image.class || recorded) {
            return images.of(type, image);
        }
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            return resizedByDjl(manager, (Image) image).toFloatArray();
        }
    }

    /**
     * Encodes image files, so many at once.
     *
     * @param files of any number and sizes
     * @param device of the batches
     * @param encoding {@code [N, C, H, W] in [0, 1]} to {@code [N, d]}
     * @return the latent of each, in order
     */
    public List<float[]> encoded(List<Path> files, Device device, UnaryOperator<NDArray> encoding) {
        List<float[]> latents = new ArrayList<>(files.size());
        for (int from = 0; from < files.size(); from += FILES_AT_ONCE) {
            int to = Math.min(files.size(), from + FILES_AT_ONCE);
            List<float[]> samples =
                    files.subList(from, to).stream()
                            .map(file -> images.of(Path.class, file))
                            .toList();
            latents.addAll(encodedSamples(samples, device, encoding));
        }
        return latents;
    }

    /** Encodes what {@link #samples} gave, all at once. */
    public List<float[]> encodedSamples(
            List<float[]> samples, Device device, UnaryOperator<NDArray> encoding) {
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch");
                NDArray batch = batch(manager, samples);
                NDArray z = encoding.apply(batch)) {
            float[] all = z.toFloatArray();
            int length = all.length / samples.size();
            List<float[]> latents = new ArrayList<>(samples.size());
            for (int i = 0; i < samples.size(); i++) {
                latents.add(Arrays.copyOfRange(all, i * length, (i + 1) * length));
            }
            return latents;
        }
    }

    /** For DJL's {@code Criteria}: the block of the context encodes. */
    public <I> Translator<I, float[]> of(Class<I> type) {
        return of(
                type,
                (context, batch) -> {
                    // Inside, for the store belongs to the memory's life as the block does.
                    AtomicReference<NDList> outputs = new AtomicReference<>();
                    Block block = context.getBlock();
                    LiveBlock.whileOpen(
                            block,
                            () ->
                                    outputs.set(
                                            block.forward(
                                                    LiveBlock.store(block, batch.getManager()),
                                                    batch,
                                                    false)));
                    return outputs.get();
                });
    }

    /** With an encoding of its own, from normalised images to the latent and what follows it. */
    public <I> Translator<I, float[]> of(
            Class<I> type, BiFunction<TranslatorContext, NDList, NDList> encoding) {
        if (!PreparedImages.types().contains(type)) {
            throw new IllegalArgumentException(
                    "input: expected Path, byte[], InputStream or Image, found " + type);
        }
        if (type == Image.class && !recorded) {
            LOGGER.warn(
                    "this model was saved before models recorded how images are prepared: a"
                            + " predictor of Image resizes as it used to, other than encode(Path),"
                            + " data sets and programs do. Load and save the model once to have"
                            + " one way");
            return new ImageEncodingTranslator<>(
                    (manager, image) -> resizedByDjl(manager, (Image) image),
                    normalization,
                    encoding);
        }
        return new ImageEncodingTranslator<>(
                (manager, image) -> batch(manager, type, List.of(image)).squeeze(0),
                normalization,
                encoding);
    }

    private NDArray resizedByDjl(NDManager manager, Image image) {
        Image.Flag flag = shape.get(0) == 1 ? Image.Flag.GRAYSCALE : Image.Flag.COLOR;
        int height = shape.get(1);
        int width = shape.get(2);
        NDArray pixels = image.toNDArray(manager, flag);
        boolean shrink = image.getHeight() > height || image.getWidth() > width;
        Image.Interpolation how = shrink ? Image.Interpolation.AREA : Image.Interpolation.BILINEAR;
        return NDImageUtils.toTensor(NDImageUtils.resize(pixels, width, height, how));
    }
}
