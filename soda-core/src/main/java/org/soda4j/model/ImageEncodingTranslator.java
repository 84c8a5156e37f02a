package org.soda4j.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.soda4j.engine.LiveBlock;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.PyTorchEngine;

/**
 * Images in some form to latents: prepared, normalised, encoded.
 *
 * @param <I> the form
 */
final class ImageEncodingTranslator<I> implements Translator<I, float[]> {

    private static final String LATENTS = "latents";

    private final BiFunction<NDManager, I, NDArray> pixels;
    private final UnaryOperator<NDArray> normalization;
    private final BiFunction<TranslatorContext, NDList, NDList> encoding;

    /**
     * @param pixels gives float32 {@code [C, H, W] in [0, 1]} of the model's size
     * @param normalization of float32 {@code [N, C, H, W] in [0, 1]}
     * @param encoding of a normalised batch, into latents and maybe more
     */
    ImageEncodingTranslator(
            BiFunction<NDManager, I, NDArray> pixels,
            UnaryOperator<NDArray> normalization,
            BiFunction<TranslatorContext, NDList, NDList> encoding) {
        this.encoding = encoding;
        this.pixels = pixels;
        this.normalization = normalization;
    }

    /** Once for each predictor, before it is used first. */
    @Override
    public void prepare(TranslatorContext context) {
        LiveBlock.whileOpen(
                context.getModel().getBlock(), () -> WeightCheck.requireFinite(encoder(context)));
    }

    private static Map<String, Parameter> encoder(TranslatorContext context) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        if (LiveBlock.inside(context.getModel().getBlock()) instanceof NamedBlock block) {
            block.namedParameters().forEach((name, p) -> parameters.put("encoder." + name, p));
        }
        return parameters;
    }

    @Override
    public NDList processInput(TranslatorContext context, I image) {
        return new NDList(pixels(context.getNDManager(), image));
    }

    private NDArray pixels(NDManager manager, I image) {
        NDArray samples = pixels.apply(manager, image).expandDims(0);
        return normalization.apply(samples).squeeze(0);
    }

    @Override
    public NDList batchProcessInput(TranslatorContext context, List<I> images) {
        Device device = context.getNDManager().getDevice();
        try (NDManager scope = PyTorchEngine.require().newBaseManager(device)) {
            NDList pixels = new NDList();
            images.forEach(image -> pixels.add(pixels(scope, image)));
            NDList batch = new NDList(NDArrays.stack(pixels));
            NDArray latents = encoding.apply(context, batch).get(0);
            context.setAttachment(LATENTS, rows(context, latents));
        }
        return new NDList(); // Which DJL hands to no block.
    }

    private static List<float[]> rows(TranslatorContext context, NDArray array) {
        float[] all = array.toFloatArray();
        int length = Math.toIntExact(array.getShape().get(1));
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < all.length; from += length) {
            float[] row = Arrays.copyOfRange(all, from, from + length);
            requireFinite(context, row, rows.size());
            rows.add(row);
        }
        return rows;
    }

    private static String cause(TranslatorContext context) {
        AtomicReference<String> cause = new AtomicReference<>();
        LiveBlock.whileOpen(
                context.getModel().getBlock(),
                () ->
                        cause.set(
                                WeightCheck.problem(encoder(context))
                                        .orElse("numbers overflowed on the way")));
        return cause.get();
    }

    private static void requireFinite(TranslatorContext context, float[] latent, int row) {
        for (int i = 0; i < latent.length; i++) {
            if (!Float.isFinite(latent[i])) {
                throw new NonFiniteException(
                        List.of(row),
                        "latent: expected finite numbers, found %s at index %d of image %d; %s"
                                .formatted(latent[i], i, row, cause(context)));
            }
        }
    }

    @Override
    @SuppressWarnings("unchecked") // Put there by this class.
    public List<float[]> batchProcessOutput(TranslatorContext context, NDList outputs) {
        return (List<float[]>) context.getAttachment(LATENTS);
    }

    /** Of one image alone; batches do not come here. */
    @Override
    public float[] processOutput(TranslatorContext context, NDList outputs) {
        float[] latent = outputs.get(0).toFloatArray();
        requireFinite(context, latent, 0);
        return latent;
    }
}
