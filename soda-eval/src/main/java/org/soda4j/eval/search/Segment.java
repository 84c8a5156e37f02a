package org.soda4j.eval.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.Utf8Text;

/**
 * Some images of an index as they lie on disk: NAME.rows has one JSON object a line (id, label,
 * metadata), NAME.vectors the features, float32 in little-endian order, row after row, mapped into
 * memory. Files never change; which rows were deleted stands in the manifest. Immutable.
 */
final class Segment {

    static final String ROWS = ".rows";
    static final String VECTORS = ".vectors";

    private static final int BLOCK = 256;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a row is besides its features. */
    record Row(String id, String label, Map<String, String> metadata) {}

    private final IndexManifest.Part part;
    private final List<Row> rows;
    private final FloatBuffer vectors;
    private final int width;
    private final BitSet deleted;
    private final Norms norms;

    private Segment(
            IndexManifest.Part part, List<Row> rows, FloatBuffer vectors, int width, Norms norms) {
        this.part = part;
        this.rows = rows;
        this.vectors = vectors;
        this.width = width;
        this.norms = norms;
        deleted = BitSet.valueOf(part.deleted());
    }

    /** Lengths of rows, measured when they are first asked for. */
    private static final class Norms {
        private float[] values;
    }

    /** Writes new files; they count once a manifest names them. */
    static Segment write(Path folder, String name, List<IndexedImage> images, int width)
            throws IOException {
        CRC32 rowsCrc = new CRC32();
        CRC32 vectorsCrc = new CRC32();
        AtomicFile.write(
                folder.resolve(name + ROWS),
                channel -> {
                    for (IndexedImage image : images) {
                        Row row = new Row(image.id(), image.label(), image.metadata());
                        byte[] line =
                                (JSON.writeValueAsString(row) + "\n")
                                        .getBytes(StandardCharsets.UTF_8);
                        append(channel, ByteBuffer.wrap(line), rowsCrc);
                    }
                });
        AtomicFile.write(
                folder.resolve(name + VECTORS),
                channel -> {
                    ByteBuffer bytes = ByteBuffer.allocate(width * Float.BYTES);
                    bytes.order(ByteOrder.LITTLE_ENDIAN);
                    for (IndexedImage image : images) {
                        bytes.clear();
                        bytes.asFloatBuffer().put(image.features());
                        append(channel, bytes, vectorsCrc);
                    }
                });
        return open(
                folder,
                new IndexManifest.Part(
                        name,
                        images.size(),
                        rowsCrc.getValue(),
                        vectorsCrc.getValue(),
                        false,
                        new byte[0]),
                width);
    }

    private static void append(FileChannel channel, ByteBuffer bytes, CRC32 crc)
            throws IOException {
        crc.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Maps the files and checks them to the last byte. */
    static Segment open(Path folder, IndexManifest.Part part, int width) throws IOException {
        Path vectorsFile = folder.resolve(part.name() + VECTORS);
        Path rowsFile = folder.resolve(part.name() + ROWS);
        ByteBuffer bytes = map(vectorsFile);
        long expected = (long) part.rows() * width * Float.BYTES;
        if (bytes.remaining() != expected) {
            throw new IOException(
                    "%s: expected %d bytes, found %d; the index is damaged, build it anew"
                            .formatted(vectorsFile, expected, bytes.remaining()));
        }
        requireCrc(vectorsFile, bytes, part.vectorsCrc());
        requireCrc(rowsFile, map(rowsFile), part.rowsCrc());
        List<Row> rows = new ArrayList<>(part.rows());
        try {
            Utf8Text.forEachLine(rowsFile, line -> rows.add(row(line)));
        } catch (IllegalArgumentException e) {
            throw new IOException(rowsFile + ": " + e.getMessage(), e);
        }
        if (rows.size() != part.rows()) {
            throw new IOException(
                    "%s: expected %d rows, found %d".formatted(rowsFile, part.rows(), rows.size()));
        }
        return new Segment(
                part,
                rows,
                bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer(),
                width,
                new Norms());
    }

    private static Row row(String line) {
        try {
            return JSON.readValue(line, Row.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected one JSON object a line: " + e, e);
        }
    }

    private static ByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }

    private static void requireCrc(Path file, ByteBuffer bytes, long expected) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(bytes.duplicate());
        if (crc.getValue() != expected) {
            throw new IOException(
                    "%s: expected CRC-32 %08x, found %08x; the index is damaged, build it anew"
                            .formatted(file, expected, crc.getValue()));
        }
    }

    /** The same files with other rows deleted, or now in the graph. */
    Segment with(BitSet nowDeleted, boolean inGraph) {
        IndexManifest.Part changed =
                new IndexManifest.Part(
                        part.name(),
                        part.rows(),
                        part.rowsCrc(),
                        part.vectorsCrc(),
                        inGraph,
                        nowDeleted.toByteArray());
        return new Segment(changed, rows, vectors, width, norms);
    }

    IndexManifest.Part part() {
        return part;
    }

    int size() {
        return rows.size();
    }

    int liveCount() {
        return rows.size() - deleted.cardinality();
    }

    BitSet deleted() {
        return (BitSet) deleted.clone();
    }

    boolean isLive(int row) {
        return !deleted.get(row);
    }

    Row row(int row) {
        return rows.get(row);
    }

    float[] features(int row) {
        float[] copy = new float[width];
        vectors.get(row * width, copy);
        return copy;
    }

    IndexedImage image(int row) {
        Row all = rows.get(row);
        return new IndexedImage(all.id(), features(row), all.label(), all.metadata());
    }

    /**
     * Cosines between a query and rows; NaN where a row is left out.
     *
     * @param query of length 1 over the columns
     * @param columns ascending; null for all
     */
    float[] similarities(float[] query, int[] columns, BitSet wanted) {
        float[] result = new float[rows.size()];
        float[] lengths = columns == null ? norms() : null;
        IntStream.range(0, (rows.size() + BLOCK - 1) / BLOCK)
                .parallel()
                .forEach(
                        block -> {
                            float[] row = new float[width];
                            int end = Math.min(rows.size(), (block + 1) * BLOCK);
                            for (int i = block * BLOCK; i < end; i++) {
                                if (!wanted.get(i)) {
                                    result[i] = Float.NaN;
                                    continue;
                                }
                                vectors.get(i * width, row);
                                result[i] =
                                        columns == null
                                                ? UnitVectors.dot(query, row) / lengths[i]
                                                : UnitVectors.cosine(query, row, columns);
                            }
                        });
        return result;
    }

    /** The length of each row, or 1 for one of zeros. */
    private float[] norms() {
        synchronized (norms) {
            if (norms.values == null) {
                float[] lengths = new float[rows.size()];
                float[] row = new float[width];
                for (int i = 0; i < lengths.length; i++) {
                    vectors.get(i * width, row);
                    lengths[i] = UnitVectors.length(row);
                }
                norms.values = lengths;
            }
            return norms.values;
        }
    }
}
