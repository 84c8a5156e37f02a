package org.soda4j;

import ai.djl.Model;
import ai.djl.modality.cv.Image;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Set;
import org.soda4j.model.ImageEncodingTranslator;

/**
 * Lets DJL's {@code Criteria} encode images with a saved model:
 *
 * <pre>{@code
 * Criteria.builder().setTypes(Image.class, float[].class).optModelPath(folder)
 *         .optTranslatorFactory(new ImageEncodingTranslatorFactory()).build().loadModel();
 * }</pre>
 *
 * <p>DJL's own servers find it by the folder's {@code serving.properties}; {@code Criteria} looks
 * for a translator before it reads that file.
 *
 * <p>The model may be closed at any moment, by any thread: predictions that run finish or fail, and
 * later ones fail, with DJL's {@code TranslateException} for an {@link IllegalStateException}.
 */
public final class ImageEncodingTranslatorFactory implements TranslatorFactory {

    /** Creates the factory; the model's folder tells the rest. */
    public ImageEncodingTranslatorFactory() {}

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        return Set.of(new Pair<>(Image.class, float[].class));
    }

    @Override
    @SuppressWarnings("unchecked") // DJL asks isSupported first: I is Image, O is float[].
    public <I, O> Translator<I, O> newInstance(
            Class<I> input, Class<O> output, Model model, Map<String, ?> arguments) {
        if (!isSupported(input, output)) {
            throw new IllegalArgumentException(
                    "expected Image to float[], found %s to %s".formatted(input, output));
        }
        try {
            SodaConfig config = ModelFolder.config(model.getModelPath());
            return (Translator<I, O>)
                    new ImageEncodingTranslator(
                            config.denoiser().imageShape(), config.normalization()::apply);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
