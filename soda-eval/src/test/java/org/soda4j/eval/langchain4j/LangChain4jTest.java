package org.soda4j.eval.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.eval.TinyModelTest;
import org.soda4j.eval.search.FeatureSpace;
import org.soda4j.eval.search.ImageEncoder;
import org.soda4j.eval.search.ImageIndex;

class LangChain4jTest extends TinyModelTest {

    @TempDir private Path folder;

    @Test
    void embedsImagesAndNoTexts() throws IOException {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        image.setRGB(3, 3, 0xff8800);
        Path file = folder.resolve("a.png");
        ImageIO.write(image, "png", file.toFile());
        ImageEncoder encoder = ImageEncoder.of(soda);
        EmbeddingModel model = new SodaEmbeddingModel(encoder);
        EmbeddingRequest request =
                EmbeddingRequest.builder()
                        .inputs(
                                EmbeddingInput.from(ImageContent.from(file, "image/png")),
                                EmbeddingInput.from(ImageContent.from(file.toUri())))
                        .build();
        List<Embedding> found = model.embed(request).embeddings();
        assertThat(found).hasSize(2);
        assertThat(found.get(0).vector()).isEqualTo(encoder.encode(file));
        assertThat(found.get(1)).isEqualTo(found.get(0));
        assertThat(model.dimension()).isEqualTo(found.get(0).dimension());
        assertThatThrownBy(() -> model.embed("a cat"))
                .isInstanceOf(UnsupportedFeatureException.class);
        assertThatThrownBy(() -> model.embedAll(List.of(TextSegment.from("a cat"))))
                .isInstanceOf(UnsupportedFeatureException.class);
    }

    @Test
    void storesAndFinds() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, FeatureSpace.of("any", 2), 1000)) {
            ImageEmbeddingStore store = new ImageEmbeddingStore(index);
            store.addAll(
                    List.of("a", "b", "c"),
                    List.of(vector(1, 0), vector(1, 1), vector(-1, 0)),
                    List.of(
                            TextSegment.from("right", Metadata.from("side", "right")),
                            TextSegment.from("up", Metadata.from("label", "up")),
                            TextSegment.from("left", Metadata.from("side", "left"))));
            String own = store.add(vector(0, -1));
            List<EmbeddingMatch<TextSegment>> all = store.search(request(3, 0).build()).matches();
            assertThat(all).extracting(EmbeddingMatch::embeddingId).containsExactly("a", "b", own);
            assertThat(all.get(0).score()).isCloseTo(1, within(1e-6));
            assertThat(all.get(0).embedded().text()).isEqualTo("right");
            assertThat(all.get(2).embedded().text()).isEqualTo(own);
            assertThat(index.image("b").orElseThrow().label()).isEqualTo("up");
            assertThat(store.search(request(9, 0.8).build()).matches()).hasSize(2);
            assertThat(
                            store.search(
                                            request(1, 0)
                                                    .filter(new IsEqualTo("side", "left"))
                                                    .build())
                                    .matches())
                    .singleElement()
                    .extracting(EmbeddingMatch::embeddingId)
                    .isEqualTo("c");
            store.removeAll(new IsEqualTo("label", "up"));
            assertThat(index.ids()).containsExactly("a", "c", own);
            store.remove("a");
            store.removeAll();
            assertThat(index.size()).isZero();
        }
    }

    private static Embedding vector(float... values) {
        return Embedding.from(values);
    }

    private static EmbeddingSearchRequest.EmbeddingSearchRequestBuilder request(
            int most, double least) {
        return EmbeddingSearchRequest.builder()
                .queryEmbedding(vector(1, 0))
                .maxResults(most)
                .minScore(least);
    }
}
