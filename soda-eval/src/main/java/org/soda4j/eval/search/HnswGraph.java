package org.soda4j.eval.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/**
 * Finds candidates by Lucene's graph of neighbours (Malkov and Yashunin 2020) instead of a look at
 * every image. It is derived from the segments and holds ids and vectors of length 1; what it finds
 * is looked up and compared anew there, so it may lag behind.
 */
final class HnswGraph implements AutoCloseable {

    static final String FOLDER = "graph";

    private static final String ID = "id";
    private static final String KEY = "key";
    private static final String LABEL = "label";
    private static final String VECTOR = "vector";
    private static final double BUFFER_MEGABYTES = 512;

    private final FSDirectory directory;
    private final DirectoryReader reader;

    private HnswGraph(FSDirectory directory, DirectoryReader reader) {
        this.directory = directory;
        this.reader = reader;
    }

    static HnswGraph open(Path index) throws IOException {
        FSDirectory directory = FSDirectory.open(index.resolve(FOLDER));
        try {
            return new HnswGraph(directory, DirectoryReader.open(directory));
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Searches, unless this was closed before: then null, and a newer one is to be asked. */
    List<String> nearest(float[] unit, int count, ImageQuery query) throws IOException {
        if (!reader.tryIncRef()) {
            return null;
        }
        try {
            IndexSearcher searcher = new IndexSearcher(reader);
            List<String> ids = new ArrayList<>(count);
            ScoreDoc[] found =
                    searcher.search(
                                    new KnnFloatVectorQuery(VECTOR, unit, count, filter(query)),
                                    count)
                            .scoreDocs;
            List<ScoreDoc> inOrder = new ArrayList<>(List.of(found));
            inOrder.sort(Comparator.comparingInt(doc -> doc.doc)); // Doc values go forwards.
            List<LeafReaderContext> leaves = reader.leaves();
            BinaryDocValues keys = null;
            int open = -1;
            for (ScoreDoc doc : inOrder) {
                int leaf = ReaderUtil.subIndex(doc.doc, leaves);
                if (leaf != open) {
                    keys = leaves.get(leaf).reader().getBinaryDocValues(KEY);
                    open = leaf;
                }
                keys.advanceExact(doc.doc - leaves.get(leaf).docBase);
                ids.add(keys.binaryValue().utf8ToString());
            }
            return ids;
        } finally {
            reader.decRef();
        }
    }

    private static Query filter(ImageQuery query) {
        if (!query.isFiltered()) {
            return null;
        }
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        query.label()
                .ifPresent(
                        name ->
                                all.add(
                                        new TermQuery(new Term(LABEL, name)),
                                        BooleanClause.Occur.FILTER));
        if (!query.prefix().isEmpty()) {
            all.add(new PrefixQuery(new Term(ID, query.prefix())), BooleanClause.Occur.FILTER);
        }
        return all.build();
    }

    /**
     * Brings the graph of a folder up to date; a damaged one, or one that misses images, is built
     * anew.
     *
     * @param isCurrent whether an id that the graph has is still one of the index
     * @param missing the images that the graph does not have, or not as they are now
     * @param all how many images it has then
     * @return whether {@code missing} was enough; if not, the graph is now empty
     */
    static boolean update(
            Path index, Predicate<String> isCurrent, Stream<IndexedImage> missing, int all)
            throws IOException {
        Path folder = index.resolve(FOLDER);
        try (FSDirectory directory = FSDirectory.open(folder)) {
            try (IndexWriter writer = new IndexWriter(directory, config())) {
                for (String id : staleIds(writer, isCurrent)) {
                    writer.deleteDocuments(new Term(ID, id));
                }
                for (IndexedImage image : (Iterable<IndexedImage>) missing::iterator) {
                    writer.updateDocument(new Term(ID, image.id()), document(image));
                }
                writer.commit();
                if (writer.getDocStats().numDocs == all) {
                    return true;
                }
                writer.deleteAll();
            }
        }
        return false;
    }

    /** Removes what cannot be read. */
    static void delete(Path index) throws IOException {
        Path folder = index.resolve(FOLDER);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Set<String> staleIds(IndexWriter writer, Predicate<String> isCurrent)
            throws IOException {
        Set<String> stale = new HashSet<>();
        try (IndexReader all = DirectoryReader.open(writer)) {
            for (LeafReaderContext leaf : all.leaves()) {
                BinaryDocValues keys = leaf.reader().getBinaryDocValues(KEY);
                while (keys != null && keys.nextDoc() != BinaryDocValues.NO_MORE_DOCS) {
                    BytesRef key = keys.binaryValue();
                    String id = key.utf8ToString();
                    if (!isCurrent.test(id)) {
                        stale.add(id);
                    }
                }
            }
        }
        return stale;
    }

    private static Document document(IndexedImage image) {
        Document document = new Document();
        document.add(new StringField(ID, image.id(), Field.Store.NO));
        document.add(new BinaryDocValuesField(KEY, new BytesRef(image.id())));
        if (!image.label().isEmpty()) {
            document.add(new StringField(LABEL, image.label(), Field.Store.NO));
        }
        document.add(
                new KnnFloatVectorField(
                        VECTOR,
                        UnitVectors.unit(image.features()),
                        VectorSimilarityFunction.DOT_PRODUCT));
        return document;
    }

    private static IndexWriterConfig config() {
        IndexWriterConfig config = new IndexWriterConfig(null);
        config.setRAMBufferSizeMB(BUFFER_MEGABYTES);
        config.setUseCompoundFile(false);
        config.setCodec(
                new Lucene912Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return new WideHnswFormat();
                    }
                });
        return config;
    }

    @Override
    public void close() throws IOException {
        reader.close(); // Frees it once the last search is done.
        directory.close();
    }
}
