package org.soda4j;

import ai.djl.Model;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.soda4j.image.PreparedImages;

/**
 * Lets DJL's {@code Criteria} encode images with a saved model, from files ({@code Path}, {@code
 * byte[]}, {@code InputStream}) or DJL's {@code Image}:
 *
 * <pre>{@code
 * Criteria.builder().setTypes(Path.class, float[].class).optModelPath(folder)
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
        return PreparedImages.types().stream()
                .map(type -> new Pair<Type, Type>(type, float[].class))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    @SuppressWarnings("unchecked") // Asked for just before: O is float[].
    public <I, O> Translator<I, O> newInstance(
            Class<I> input, Class<O> output, Model model, Map<String, ?> arguments) {
        if (!isSupported(input, output)) {
            throw new IllegalArgumentException(
                    "expected Path, byte[], InputStream or Image to float[], found %s to %s"
                            .formatted(input, output));
        }
        try {
            return (Translator<I, O>)
                    ModelFolder.read(model.getModelPath()).translators().of(input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
