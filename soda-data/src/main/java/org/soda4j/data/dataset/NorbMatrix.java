package org.soda4j.data.dataset;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.soda4j.io.DatasetException;

/**
 * A file in NORB's binary matrix format, plain or gzip, read row by row: a magic number for the
 * type, the number of dimensions, at least three sizes, all 32-bit and little-endian, then the
 * data, the last dimension running fastest (the format's description stands in the data set's own
 * readme).
 */
final class NorbMatrix implements AutoCloseable {

    static final int BYTES = 0x1E3D4C55;
    static final int INTEGERS = 0x1E3D4C54;

    private static final int LEAST_SIZES = 3;
    private static final int MAX_ROW_BYTES = 1 << 26;

    private final Path file;
    private final InputStream in;
    private final int[] shape;
    private final int rowBytes;

    private NorbMatrix(Path file, InputStream in, int[] shape, int rowBytes) {
        this.file = file;
        this.in = in;
        this.shape = shape;
        this.rowBytes = rowBytes;
    }

    /**
     * Opens a file and checks its header.
     *
     * @param magic {@link #BYTES} or {@link #INTEGERS}
     * @param dimensions how many it must have
     */
    static NorbMatrix open(Path file, int magic, int dimensions) {
        InputStream in = null;
        try {
            in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            boolean packed = GzipDetection.isGzip(in);
            in = GzipDetection.unpack(in);
            NorbMatrix matrix = read(file, in, magic, dimensions);
            if (!packed) {
                matrix.requireLength(Files.size(file));
            }
            return matrix;
        } catch (IOException e) {
            close(in);
            throw unreadable(file, e);
        } catch (RuntimeException e) {
            close(in);
            throw e;
        }
    }

    private static void close(InputStream in) {
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                // Nothing was written; what went wrong before is what the user has to know.
                return;
            }
        }
    }

    private static DatasetException unreadable(Path file, IOException e) {
        return e instanceof EOFException
                ? new DatasetException(
                        file.toString(), -1, "expected more data: the file is truncated", e)
                : new DatasetException(file.toString(), -1, "cannot be read: " + e, e);
    }

    private static NorbMatrix read(Path file, InputStream in, int magic, int dimensions)
            throws IOException {
        ByteBuffer start = next(in, 2 * Integer.BYTES);
        int foundMagic = start.getInt();
        int foundDimensions = start.getInt();
        if (foundMagic != magic || foundDimensions != dimensions) {
            throw new DatasetException(
                    file.toString(),
                    "expected the magic number 0x%08x and %d dimensions, found 0x%08x and %d"
                            .formatted(magic, dimensions, foundMagic, foundDimensions));
        }
        int[] shape = new int[dimensions];
        ByteBuffer sizes = next(in, Math.max(LEAST_SIZES, dimensions) * Integer.BYTES);
        long rowBytes = magic == INTEGERS ? Integer.BYTES : 1;
        for (int d = 0; d < dimensions; d++) {
            shape[d] = sizes.getInt();
            if (shape[d] < 1) {
                throw new DatasetException(
                        file.toString(),
                        "expected dimension %d to be at least 1, found %d".formatted(d, shape[d]));
            }
            if (d > 0) {
                rowBytes = Math.min(rowBytes * shape[d], MAX_ROW_BYTES + 1L);
            }
        }
        if (rowBytes > MAX_ROW_BYTES) {
            throw new DatasetException(
                    file.toString(),
                    "expected at most %d bytes for each step of the first dimension, found the sizes %s"
                            .formatted(MAX_ROW_BYTES, Arrays.toString(shape)));
        }
        return new NorbMatrix(file, in, shape, (int) rowBytes);
    }

    private void requireLength(long length) {
        long header = (2L + Math.max(LEAST_SIZES, shape.length)) * Integer.BYTES;
        long expected = header + (long) shape[0] * rowBytes;
        if (length != expected) {
            throw new DatasetException(
                    file.toString(),
                    "expected %d bytes for the sizes %s, found %d: the file is truncated or damaged"
                            .formatted(expected, Arrays.toString(shape), length));
        }
    }

    private static ByteBuffer next(InputStream in, int bytes) throws IOException {
        byte[] data = in.readNBytes(bytes);
        if (data.length < bytes) {
            throw new EOFException("expected %d bytes, found %d".formatted(bytes, data.length));
        }
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The sizes. */
    int[] shape() {
        return shape.clone();
    }

    /** The bytes of the next step of the first dimension, little-endian. */
    ByteBuffer row() {
        try {
            return next(in, rowBytes);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Goes on behind so many rows. */
    void skip(int rows) {
        try {
            in.skipNBytes((long) rows * rowBytes);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Refuses what follows the last row. */
    void requireEnd() {
        try {
            if (in.read() >= 0) {
                throw new DatasetException(
                        file.toString(),
                        "expected the file to end after the sizes %s, found more data"
                                .formatted(Arrays.toString(shape)));
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    @Override
    public void close() {
        close(in);
    }
}
