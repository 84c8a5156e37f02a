package org.soda4j.data.dataset;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ChunkedDataset;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * Images, unsigned bytes {@code [N, H, W, C]}, and labels, real numbers {@code [N, F]}, of an HDF5
 * file of at most 2 GiB, chunked or not. What a header says of sizes is compared with the file's
 * length before it is believed, and a chunk is read once for all chosen images.
 */
final class HdfImages implements AutoCloseable {

    /** Deflate's largest ratio is 1032 (zlib's technical notes). */
    private static final long MAX_RATIO = 1032;

    private static final long MAX_CHUNK_BYTES = 1 << 26;
    private static final int MAX_SIDE = 4096;

    /** Images of a slice of a data set without chunks. */
    private static final int SLICE = 64;

    private final Path path;
    private final HdfFile file;
    private final Dataset images;
    private final Dataset labels;
    private final int[] shape;

    private HdfImages(Path path, HdfFile file, Dataset images, Dataset labels) {
        this.path = path;
        this.file = file;
        this.images = images;
        this.labels = labels;
        shape = images.getDimensions();
    }

    /** Opens a file and checks what it says of itself. */
    static HdfImages open(Path path, String images, String labels) {
        requireLibrary();
        ByteBuffer content = map(path);
        long length = content.limit();
        HdfFile file = guarded(path, () -> HdfFile.fromByteBuffer(content));
        try {
            Dataset pixels = guarded(path, () -> dataset(path, file, images));
            Dataset numbers = guarded(path, () -> dataset(path, file, labels));
            guarded(path, () -> requireImages(path, images, pixels, length));
            guarded(path, () -> requireLabels(path, labels, numbers, pixels, length));
            return new HdfImages(path, file, pixels, numbers);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** jhdf allocates what a damaged file asks for, but takes slices of what is in memory. */
    private static ByteBuffer map(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new DatasetException(
                        path.toString(),
                        "expected a file of at most 2 GiB, found %d bytes"
                                .formatted(channel.size()));
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        } catch (IOException e) {
            throw new DatasetException(path.toString(), -1, "cannot be read: " + e, e);
        }
    }

    private static void requireLibrary() {
        try {
            Class.forName("io.jhdf.HdfFile", false, HdfImages.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "expected io.jhdf:jhdf, which reads HDF5, on the class path, found none; add"
                            + " the dependency io.jhdf:jhdf:0.13.0",
                    e);
        }
    }

    private static Dataset dataset(Path path, HdfFile file, String name) {
        if (!(file.getChildren().get(name) instanceof Dataset dataset)) {
            throw new DatasetException(
                    path.toString(),
                    "expected the data sets images and labels in it, found "
                            + file.getChildren().keySet());
        }
        return dataset;
    }

    private static Void requireImages(Path path, String name, Dataset images, long length) {
        long[] shape = images.getDimensionsAsLong();
        boolean fits =
                shape.length == 4
                        && shape[0] >= 1
                        && shape[0] <= Integer.MAX_VALUE
                        && shape[1] >= 1
                        && shape[1] <= MAX_SIDE
                        && shape[2] >= 1
                        && shape[2] <= MAX_SIDE
                        && (shape[3] == 1 || shape[3] == 3);
        if (!fits || images.getDataType().getSize() != 1 || images.isCompound()) {
            throw new DatasetException(
                    path.toString(),
                    "%s: expected bytes [images, rows, columns, 1 or 3 channels], at most %d rows and columns, found %s of %d bytes"
                            .formatted(
                                    name,
                                    MAX_SIDE,
                                    Arrays.toString(shape),
                                    images.getDataType().getSize()));
        }
        requireLength(path, name, shape[0] * shape[1] * shape[2] * shape[3], length);
        requireChunks(path, name, images, length);
        return null;
    }

    private static void requireChunks(Path path, String name, Dataset dataset, long length) {
        if (!(dataset instanceof ChunkedDataset chunked)) {
            return;
        }
        int[] chunk = chunked.getChunkDimensions();
        long bytes = dataset.getDataType().getSize();
        for (int side : chunk) {
            bytes = side < 1 ? MAX_CHUNK_BYTES + 1 : Math.min(bytes * side, MAX_CHUNK_BYTES + 1);
        }
        if (chunk.length != dataset.getDimensionsAsLong().length
                || bytes > MAX_CHUNK_BYTES
                || bytes / MAX_RATIO > length) {
            throw new DatasetException(
                    path.toString(),
                    "%s: expected chunks of at most %d bytes, found the sizes %s"
                            .formatted(
                                    name,
                                    Math.min(MAX_CHUNK_BYTES, MAX_RATIO * length),
                                    Arrays.toString(chunk)));
        }
    }

    private static Void requireLabels(
            Path path, String name, Dataset labels, Dataset images, long length) {
        long[] shape = labels.getDimensionsAsLong();
        Class<?> type = labels.getJavaType();
        if (shape.length != 2
                || shape[0] != images.getDimensionsAsLong()[0]
                || shape[1] < 1
                || shape[1] > MAX_SIDE
                || (type != double.class && type != float.class)) {
            throw new DatasetException(
                    path.toString(),
                    "%s: expected real numbers [%d images, factors], found %s %s"
                            .formatted(
                                    name,
                                    images.getDimensionsAsLong()[0],
                                    type.getSimpleName(),
                                    Arrays.toString(shape)));
        }
        requireLength(path, name, shape[0] * shape[1] * labels.getDataType().getSize(), length);
        requireChunks(path, name, labels, length);
        return null;
    }

    private static void requireLength(Path path, String name, long bytes, long length) {
        if (bytes < 0 || bytes / MAX_RATIO > length) {
            throw new DatasetException(
                    path.toString(),
                    String.format(
                            Locale.ROOT,
                            "%s: expected at most what a file of %,d bytes can hold, found sizes of %,d bytes: the file is truncated or damaged",
                            name,
                            length,
                            bytes));
        }
    }

    /** jhdf says what is wrong with a file by any exception. */
    private static <T> T guarded(Path path, Supplier<T> read) {
        try {
            return read.get();
        } catch (DatasetException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw new DatasetException(
                    path.toString(),
                    -1,
                    "expected HDF5 with images and labels, found something else or damage: " + e,
                    e);
        }
    }

    /** How many images there are. */
    int count() {
        return shape[0];
    }

    /** Of one image in memory. */
    long imageBytes() {
        return (long) shape[1] * shape[2] * shape[3];
    }

    /** All labels. */
    double[][] labels(int factors) {
        if (labels.getDimensions()[1] != factors) {
            throw new DatasetException(
                    path.toString(),
                    "labels: expected %d factors, found %d"
                            .formatted(factors, labels.getDimensions()[1]));
        }
        Object values = guarded(path, labels::getData);
        if (values instanceof double[][] doubles) {
            return doubles;
        }
        float[][] floats = (float[][]) values;
        return Arrays.stream(floats)
                .map(row -> IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray())
                .toArray(double[][]::new);
    }

    /**
     * Reads images.
     *
     * @param chosen ascending indices
     */
    List<PixelImage> read(int... chosen) {
        byte[][] pixels = new byte[chosen.length][(int) imageBytes()];
        guarded(
                path,
                () -> {
                    if (images instanceof ChunkedDataset chunked) {
                        readChunks(chunked, chosen, pixels);
                    } else {
                        readSlices(chosen, pixels);
                    }
                    return null;
                });
        return Arrays.stream(pixels)
                .map(bytes -> new PixelImage(shape[2], shape[1], shape[3], bytes))
                .toList();
    }

    private void readChunks(ChunkedDataset chunked, int[] chosen, byte[][] pixels) {
        int[] chunk = chunked.getChunkDimensions();
        int from = 0;
        while (from < chosen.length) {
            int n = chosen[from] / chunk[0] * chunk[0];
            int to = from;
            while (to < chosen.length && chosen[to] < (long) n + chunk[0]) {
                to++;
            }
            for (int y = 0; y < shape[1]; y += chunk[1]) {
                for (int x = 0; x < shape[2]; x += chunk[2]) {
                    for (int c = 0; c < shape[3]; c += chunk[3]) {
                        byte[] data = chunked.getDecompressedChunk(new int[] {n, y, x, c});
                        for (int i = from; i < to; i++) {
                            copy(data, chosen[i] - n, chunk, new int[] {y, x, c}, pixels[i]);
                        }
                    }
                }
            }
            from = to;
        }
    }

    /** The part of an image that a chunk, which may stand over the edge, has of it. */
    private void copy(byte[] data, int image, int[] chunk, int[] at, byte[] pixels) {
        int rows = Math.min(chunk[1], shape[1] - at[0]);
        int columns = Math.min(chunk[2], shape[2] - at[1]);
        int channels = Math.min(chunk[3], shape[3] - at[2]);
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                int source = ((image * chunk[1] + y) * chunk[2] + x) * chunk[3];
                int target = ((at[0] + y) * shape[2] + at[1] + x) * shape[3] + at[2];
                System.arraycopy(data, source, pixels, target, channels);
            }
        }
    }

    private void readSlices(int[] chosen, byte[][] pixels) {
        int from = 0;
        while (from < chosen.length) {
            int first = chosen[from];
            int count = Math.min(SLICE, shape[0] - first);
            Object slice =
                    images.getData(
                            new long[] {first, 0, 0, 0},
                            new int[] {count, shape[1], shape[2], shape[3]});
            while (from < chosen.length && chosen[from] < first + count) {
                flatten(Array.get(slice, chosen[from] - first), pixels[from]);
                from++;
            }
        }
    }

    /** jhdf gives unsigned bytes as ints, signed ones as bytes. */
    private void flatten(Object image, byte[] pixels) {
        int k = 0;
        for (int y = 0; y < shape[1]; y++) {
            for (int x = 0; x < shape[2]; x++) {
                for (int c = 0; c < shape[3]; c++) {
                    pixels[k++] =
                            image instanceof int[][][] ints
                                    ? (byte) ints[y][x][c]
                                    : ((byte[][][]) image)[y][x][c];
                }
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
