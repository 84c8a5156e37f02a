package org.soda4j;

import ai.djl.Device;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.soda4j.nn.PyTorchEngine;

/**
 * Images of any size to latents: resized to the model's resolution, scaled, normalised.
 *
 * <p>A batch is encoded while it is processed as input, with arrays of its own: those of DJL's
 * context are freed when the model is closed, in the midst of a prediction.
 */
final class ImageEncodingTranslator implements Translator<Image, float[]> {

    private static final String LATENTS = "latents";

    private final SodaConfig config;

    ImageEncodingTranslator(SodaConfig config) {
        this.config = config;
    }

    @Override
    public NDList processInput(TranslatorContext context, Image image) {
        return new NDList(pixels(context.getNDManager(), image));
    }

    private NDArray pixels(NDManager manager, Image image) {
        List<Integer> shape = config.denoiser().imageShape();
        Image.Flag flag = shape.get(0) == 1 ? Image.Flag.GRAYSCALE : Image.Flag.COLOR;
        int height = shape.get(1);
        int width = shape.get(2);
        NDArray pixels = image.toNDArray(manager, flag);
        boolean shrink = image.getHeight() > height || image.getWidth() > width;
        Image.Interpolation how = shrink ? Image.Interpolation.AREA : Image.Interpolation.BILINEAR;
        NDArray resized = NDImageUtils.resize(pixels, width, height, how);
        NDArray scaled = NDImageUtils.toTensor(resized).expandDims(0);
        return config.normalization().apply(scaled).squeeze(0);
    }

    @Override
    public NDList batchProcessInput(TranslatorContext context, List<Image> images) {
        Device device = context.getNDManager().getDevice();
        try (NDManager scope = PyTorchEngine.require().newBaseManager(device)) {
            NDList pixels = new NDList();
            images.forEach(image -> pixels.add(pixels(scope, image)));
            NDList batch = new NDList(NDArrays.stack(pixels));
            ParameterStore store = new ParameterStore(scope, false);
            NDArray latents = context.getBlock().forward(store, batch, false).get(0);
            context.setAttachment(LATENTS, rows(latents));
        }
        return new NDList(); // Which DJL hands to no block.
    }

    private static List<float[]> rows(NDArray array) {
        float[] all = array.toFloatArray();
        int length = Math.toIntExact(array.getShape().get(1));
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < all.length; from += length) {
            rows.add(Arrays.copyOfRange(all, from, from + length));
        }
        return rows;
    }

    @Override
    @SuppressWarnings("unchecked") // Put there by this class.
    public List<float[]> batchProcessOutput(TranslatorContext context, NDList outputs) {
        return (List<float[]>) context.getAttachment(LATENTS);
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList outputs) {
        return outputs.get(0).toFloatArray();
    }
}
