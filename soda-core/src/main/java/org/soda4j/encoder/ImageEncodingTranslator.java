package org.soda4j.encoder;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.List;
import java.util.function.UnaryOperator;
import org.soda4j.engine.Internal;

/** Images of any size to latents: resized to the model's resolution, scaled, normalised. */
@Internal
public final class ImageEncodingTranslator implements Translator<Image, float[]> {

    private final List<Integer> shape;
    private final UnaryOperator<NDArray> normalization;

    /**
     * @param shape {@code [C, H, W]} of the model's images
     * @param normalization of float32 {@code [N, C, H, W] in [0, 1]}
     */
    public ImageEncodingTranslator(List<Integer> shape, UnaryOperator<NDArray> normalization) {
        this.shape = shape;
        this.normalization = normalization;
    }

    @Override
    public NDList processInput(TranslatorContext context, Image image) {
        Image.Flag flag = shape.get(0) == 1 ? Image.Flag.GRAYSCALE : Image.Flag.COLOR;
        int height = shape.get(1);
        int width = shape.get(2);
        NDArray pixels = image.toNDArray(context.getNDManager(), flag);
        boolean shrink = image.getHeight() > height || image.getWidth() > width;
        Image.Interpolation how = shrink ? Image.Interpolation.AREA : Image.Interpolation.BILINEAR;
        NDArray resized = NDImageUtils.resize(pixels, width, height, how);
        NDArray scaled = NDImageUtils.toTensor(resized).expandDims(0);
        return new NDList(normalization.apply(scaled).squeeze(0));
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList outputs) {
        return outputs.get(0).toFloatArray();
    }
}
