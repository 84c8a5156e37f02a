package org.soda4j.eval.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.soda4j.eval.search.ImageEncoder;

/**
 * A model as LangChain4j's embedding model of images: every input of a request is one {@link
 * ImageContent}, base64 data or a {@code file:} URL. It knows no texts and refuses them. Nothing is
 * read from the network.
 *
 * <pre>{@code
 * EmbeddingModel model = new SodaEmbeddingModel(ImageEncoder.of(soda));
 * Embedding cat = model.embed(EmbeddingRequest.builder()
 *         .inputs(EmbeddingInput.from(ImageContent.from(Path.of("cat.jpg"), "image/jpeg")))
 *         .build()).embeddings().get(0);
 * }</pre>
 */
public final class SodaEmbeddingModel implements EmbeddingModel {

    private final ImageEncoder encoder;

    /**
     * Takes an encoder.
     *
     * @param encoder whose model stays open as long as this is used
     */
    public SodaEmbeddingModel(ImageEncoder encoder) {
        this.encoder = Objects.requireNonNull(encoder, "encoder");
    }

    @Override
    public Set<ContentType> supportedContentTypes() {
        return Set.of(ContentType.IMAGE);
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<Embedding> embeddings =
                request.inputs().stream().map(input -> Embedding.from(features(input))).toList();
        return EmbeddingResponse.builder().embeddings(embeddings).modelName(modelName()).build();
    }

    private float[] features(EmbeddingInput input) {
        List<Content> contents = input.contents();
        if (contents.size() != 1 || !(contents.get(0) instanceof ImageContent content)) {
            throw new IllegalArgumentException(
                    "input: expected one image, found " + input.contentTypes());
        }
        Image image = content.image();
        if (image.base64Data() != null) {
            return encoder.apply(Base64.getDecoder().decode(image.base64Data()));
        }
        if (image.url() == null || !"file".equals(image.url().getScheme())) {
            throw new IllegalArgumentException(
                    "image: expected base64 data or a file: URL, found %s; read it yourself"
                            .formatted(image.url()));
        }
        return encoder.encode(Path.of(image.url()));
    }

    @Override
    public int dimension() {
        return encoder.space().width();
    }

    @Override
    public String modelName() {
        return "soda4j " + encoder.space().encoder();
    }
}
