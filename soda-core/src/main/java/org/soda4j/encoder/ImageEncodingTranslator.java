package org.soda4j;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.List;

/** Images of any size to latents: resized to the model's resolution, scaled, normalised. */
final class ImageEncodingTranslator implements Translator<Image, float[]> {

    private final SodaConfig config;

    ImageEncodingTranslator(SodaConfig config) {
        this.config = config;
    }

    @Override
    public NDList processInput(TranslatorContext context, Image image) {
        List<Integer> shape = config.denoiser().imageShape();
        Image.Flag flag = shape.get(0) == 1 ? Image.Flag.GRAYSCALE : Image.Flag.COLOR;
        int height = shape.get(1);
        int width = shape.get(2);
        NDArray pixels = image.toNDArray(context.getNDManager(), flag);
        boolean shrink = image.getHeight() > height || image.getWidth() > width;
        Image.Interpolation how = shrink ? Image.Interpolation.AREA : Image.Interpolation.BILINEAR;
        NDArray resized = NDImageUtils.resize(pixels, width, height, how);
        NDArray scaled = NDImageUtils.toTensor(resized).expandDims(0);
        return new NDList(config.normalization().apply(scaled).squeeze(0));
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList outputs) {
        return outputs.get(0).toFloatArray();
    }
}
