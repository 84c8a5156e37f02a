package org.soda4j.data.dataset;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.soda4j.io.DatasetException;

/**
 * Reads IDX files of unsigned bytes: two zero bytes, the type 0x08, the number of dimensions, each
 * dimension as a big-endian 32-bit number, then the data, the last dimension running fastest (the
 * format's description stands on the MNIST page, yann.lecun.com/exdb/mnist).
 *
 * @param dimensions the sizes
 * @param rows the data, one array for each step of the first dimension
 */
record IdxFile(int[] dimensions, byte[][] rows) {

    /** More than any image set that is held in memory should have. */
    private static final long MAX_BYTES = 1L << 33;

    private static final int MAX_ROW_BYTES = 1 << 26;

    /** Of a row in memory: headers, references and rounding of its array and its image. */
    private static final int ROW_OVERHEAD_BYTES = 72;

    /**
     * Reads a file, plain or gzip.
     *
     * @param name for messages
     * @param in read to its end, not closed
     * @param expectedDimensions how many dimensions it must have
     * @param expectedRows of labels: how many images there are; -1 for images
     */
    static IdxFile read(String name, InputStream in, int expectedDimensions, int expectedRows) {
        try {
            InputStream raw = new BufferedInputStream(in, 1 << 16);
            if (!GzipDetection.isGzip(raw)) {
                return readPlain(name, raw, expectedDimensions, expectedRows);
            }
            return readPlain(
                    name, new GZIPInputStream(raw, 1 << 16), expectedDimensions, expectedRows);
        } catch (EOFException e) {
            throw new DatasetException(name, -1, "expected more data: the file is truncated", e);
        } catch (IOException e) {
            throw new DatasetException(name, -1, "cannot be read: " + e, e);
        }
    }

    private static IdxFile readPlain(
            String name, InputStream in, int expectedDimensions, int expectedRows)
            throws IOException {
        DataInputStream data = new DataInputStream(in);
        int magic = data.readInt();
        int expectedMagic = 0x0800 | expectedDimensions;
        if (magic != expectedMagic) {
            throw new DatasetException(
                    name,
                    "expected the magic number 0x%08x (unsigned bytes, %d dimensions), found 0x%08x"
                            .formatted(expectedMagic, expectedDimensions, magic));
        }
        int[] dimensions = new int[expectedDimensions];
        long rowBytes = 1;
        for (int d = 0; d < expectedDimensions; d++) {
            dimensions[d] = data.readInt();
            if (dimensions[d] < 1) {
                throw new DatasetException(
                        name,
                        "expected dimension %d to be at least 1, found %d"
                                .formatted(d, dimensions[d]));
            }
            if (d > 0) {
                rowBytes = Math.min(rowBytes * dimensions[d], MAX_BYTES);
            }
        }
        if (rowBytes > MAX_ROW_BYTES || rowBytes * dimensions[0] > MAX_BYTES) {
            throw new DatasetException(
                    name,
                    String.format(
                            Locale.ROOT,
                            "expected at most %,d bytes an image and %,d in all, found the sizes %s",
                            MAX_ROW_BYTES,
                            MAX_BYTES,
                            Arrays.toString(dimensions)));
        }
        if (expectedRows >= 0 && dimensions[0] != expectedRows) {
            throw new DatasetException(
                    name,
                    String.format(
                            Locale.ROOT,
                            "expected as many labels as there are images (%,d), found %,d",
                            expectedRows,
                            dimensions[0]));
        }
        requireMemory(name, dimensions[0] * (rowBytes + ROW_OVERHEAD_BYTES));
        return new IdxFile(dimensions, readRows(name, in, dimensions, (int) rowBytes));
    }

    /** A small compressed file may stand for more than there is room for. */
    private static void requireMemory(String name, long bytes) {
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap / 4 * 3) {
            throw new DatasetException(
                    name,
                    String.format(
                            Locale.ROOT,
                            "expected at most three quarters of the heap's %,d MiB, found records for %,d MiB; raise -Xmx, or save the set in parts",
                            heap >> 20,
                            bytes >> 20));
        }
    }

    private static byte[][] readRows(String name, InputStream in, int[] dimensions, int rowBytes)
            throws IOException {
        // The array grows with the data, so that a false count cannot ask for memory.
        byte[][] rows = new byte[Math.min(dimensions[0], 1024)][];
        for (int r = 0; r < dimensions[0]; r++) {
            byte[] row = in.readNBytes(rowBytes);
            if (row.length < rowBytes) {
                throw new DatasetException(
                        name,
                        r,
                        String.format(
                                        Locale.ROOT,
                                        "expected %,d records of %,d bytes, found the file's end after %d bytes",
                                        dimensions[0],
                                        rowBytes,
                                        row.length)
                                + " of this one: the file is truncated",
                        null);
            }
            if (r == rows.length) {
                rows = Arrays.copyOf(rows, (int) Math.min(2L * r, dimensions[0]));
            }
            rows[r] = row;
        }
        if (in.read() >= 0) {
            throw new DatasetException(
                    name,
                    String.format(
                            Locale.ROOT,
                            "expected the file to end after %,d records, found more data",
                            dimensions[0]));
        }
        return rows;
    }
}
