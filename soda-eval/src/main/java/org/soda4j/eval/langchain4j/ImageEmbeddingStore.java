package org.soda4j.eval.langchain4j;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.RelevanceScore;
import dev.langchain4j.store.embedding.filter.Filter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.eval.search.ImageIndexWriter;
import org.soda4j.eval.search.ImageQuery;
import org.soda4j.eval.search.IndexedImage;

/**
 * An index of images as LangChain4j's embedding store. The segment of an image is its text, or its
 * id where it has none, with the index's metadata, which are texts, and its label. Every change is
 * committed at once, so add many with {@link #addAll(List, List, List)}. Does not close the index.
 * Thread-safe.
 */
public final class ImageEmbeddingStore implements EmbeddingStore<TextSegment> {

    private static final String TEXT = "text";
    private static final String LABEL = "label";

    private final ImageIndex index;

    /**
     * Takes an index.
     *
     * @param index stays open as long as this is used
     */
    public ImageEmbeddingStore(ImageIndex index) {
        this.index = Objects.requireNonNull(index, "index");
    }

    @Override
    public String add(Embedding embedding) {
        return add(embedding, null);
    }

    @Override
    public void add(String id, Embedding embedding) {
        put(List.of(image(id, embedding, null)));
    }

    @Override
    public String add(Embedding embedding, TextSegment segment) {
        String id = UUID.randomUUID().toString();
        put(List.of(image(id, embedding, segment)));
        return id;
    }

    @Override
    public List<String> addAll(List<Embedding> embeddings) {
        List<String> ids = generateIds(embeddings.size());
        addAll(ids, embeddings, null);
        return ids;
    }

    @Override
    public void addAll(List<String> ids, List<Embedding> embeddings, List<TextSegment> segments) {
        if (ids.size() != embeddings.size() || segments != null && segments.size() != ids.size()) {
            throw new IllegalArgumentException(
                    "expected as many ids, embeddings and segments, found %d, %d and %s"
                            .formatted(
                                    ids.size(),
                                    embeddings.size(),
                                    segments == null ? "none" : segments.size()));
        }
        put(
                IntStream.range(0, ids.size())
                        .mapToObj(
                                i ->
                                        image(
                                                ids.get(i),
                                                embeddings.get(i),
                                                segments == null ? null : segments.get(i)))
                        .toList());
    }

    private static IndexedImage image(String id, Embedding embedding, TextSegment segment) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (segment != null) {
            segment.metadata()
                    .toMap()
                    .forEach((key, value) -> metadata.put(key, String.valueOf(value)));
            metadata.put(TEXT, segment.text());
        }
        String label = Objects.requireNonNullElse(metadata.remove(LABEL), "");
        return new IndexedImage(id, embedding.vector(), label, metadata);
    }

    private synchronized void put(List<IndexedImage> images) {
        try (ImageIndexWriter writer = index.writer()) {
            images.forEach(writer::put);
            writer.commit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void removeAll(Collection<String> ids) {
        try (ImageIndexWriter writer = index.writer()) {
            ids.forEach(writer::delete);
            writer.commit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void removeAll(Filter filter) {
        removeAll(
                index.ids().stream()
                        .filter(
                                id ->
                                        filter.test(
                                                segment(index.image(id).orElseThrow()).metadata()))
                        .toList());
    }

    @Override
    public void removeAll() {
        removeAll(index.ids());
    }

    /** With a filter, all images are compared, and the filter is asked of each. */
    @Override
    public EmbeddingSearchResult<TextSegment> search(EmbeddingSearchRequest request) {
        Filter filter = request.filter();
        ImageQuery query = ImageQuery.ofVectors(index.space(), request.queryEmbedding().vector());
        query =
                filter == null
                        ? query.k(request.maxResults())
                        : query.k(Math.max(1, index.size())).exact();
        List<EmbeddingMatch<TextSegment>> matches =
                index.search(query).stream()
                        .filter(
                                match ->
                                        RelevanceScore.fromCosineSimilarity(match.similarity())
                                                >= request.minScore())
                        .flatMap(
                                match ->
                                        index.image(match.id()).stream()
                                                .map(i -> found(match.similarity(), i)))
                        .filter(match -> filter == null || filter.test(match.embedded().metadata()))
                        .limit(request.maxResults())
                        .toList();
        return new EmbeddingSearchResult<>(matches);
    }

    private static EmbeddingMatch<TextSegment> found(double similarity, IndexedImage image) {
        return new EmbeddingMatch<>(
                RelevanceScore.fromCosineSimilarity(similarity),
                image.id(),
                Embedding.from(image.features()),
                segment(image));
    }

    private static TextSegment segment(IndexedImage image) {
        Map<String, String> metadata = new LinkedHashMap<>(image.metadata());
        String text = metadata.remove(TEXT);
        if (!image.label().isEmpty()) {
            metadata.put(LABEL, image.label());
        }
        return TextSegment.from(
                text == null || text.isBlank() ? image.id() : text, Metadata.from(metadata));
    }
}
