package org.soda4j;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.engine.LiveBlock;
import org.soda4j.image.PreparedImages;
import org.soda4j.model.ImageEncodingTranslator;

/** From images in whatever form to a model's latents. */
final class ImageTranslators {

    private static final Logger LOGGER = LoggerFactory.getLogger(ImageTranslators.class);

    private final SodaConfig config;
    private final boolean recorded;
    private final PreparedImages images;

    /**
     * Describes a model's.
     *
     * @param recorded whether the model was saved with its preparation; DJL's images are resized by
     *     DJL, as they used to be, where it was not
     */
    ImageTranslators(SodaConfig config, boolean recorded) {
        this.config = config;
        this.recorded = recorded;
        images = new PreparedImages(config.preparation(), config.denoiser().imageShape());
    }

    /** Images as a batch, {@code [N, C, H, W] in [0, 1]}, in the manager. */
    <I> NDArray batch(NDManager manager, Class<I> type, List<I> some) {
        List<Integer> shape = config.denoiser().imageShape();
        int length = shape.get(0) * shape.get(1) * shape.get(2);
        float[] samples = new float[Math.multiplyExact(length, some.size())];
        for (int i = 0; i < some.size(); i++) {
            System.arraycopy(images.of(type, some.get(i)), 0, samples, i * length, length);
        }
        return manager.create(
                samples, new Shape(some.size(), shape.get(0), shape.get(1), shape.get(2)));
    }

    /** For DJL's {@code Criteria}: the block of the context encodes. */
    <I> Translator<I, float[]> of(Class<I> type) {
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

    <I> Translator<I, float[]> of(
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
                    config.normalization()::apply,
                    encoding);
        }
        return new ImageEncodingTranslator<>(
                (manager, image) -> batch(manager, type, List.of(image)).squeeze(0),
                config.normalization()::apply,
                encoding);
    }

    private NDArray resizedByDjl(NDManager manager, Image image) {
        List<Integer> shape = config.denoiser().imageShape();
        Image.Flag flag = shape.get(0) == 1 ? Image.Flag.GRAYSCALE : Image.Flag.COLOR;
        int height = shape.get(1);
        int width = shape.get(2);
        NDArray pixels = image.toNDArray(manager, flag);
        boolean shrink = image.getHeight() > height || image.getWidth() > width;
        Image.Interpolation how = shrink ? Image.Interpolation.AREA : Image.Interpolation.BILINEAR;
        return NDImageUtils.toTensor(NDImageUtils.resize(pixels, width, height, how));
    }
}
