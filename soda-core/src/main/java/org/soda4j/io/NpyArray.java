package org.soda4j.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * An array in NumPy's {@code .npy} format (numpy/lib/format.py, versions 1 to 3): little-endian or
 * single-byte numbers and fixed-width Unicode; numbers of a matrix also in Fortran's order. DJL's
 * own codec knows neither Unicode nor one-byte labels of an array that Python made. Immutable.
 */
public final class NpyArray {

    private static final int ALIGNMENT_BYTES = 64;
    private static final Charset UTF_32LE = Charset.forName("UTF-32LE");

    private final char kind;
    private final int itemBytes;
    private final int[] shape;
    private final ByteBuffer data;

    private NpyArray(char kind, int itemBytes, int[] shape, ByteBuffer data) {
        this.kind = kind;
        this.itemBytes = itemBytes;
        this.shape = shape;
        this.data = data;
    }

    /**
     * Makes a matrix.
     *
     * @param values row by row; copied
     * @param rows how many
     * @param columns how many
     * @return float32 {@code [rows, columns]}
     * @throws IOException if it has more than 2 GiB
     */
    public static NpyArray ofFloats(float[] values, int rows, int columns) throws IOException {
        ByteBuffer data = allocate(values.length, Float.BYTES);
        data.asFloatBuffer().put(values);
        return new NpyArray('f', Float.BYTES, new int[] {rows, columns}, data);
    }

    /**
     * Makes a vector.
     *
     * @param values copied
     * @return int64
     * @throws IOException if it has more than 2 GiB
     */
    public static NpyArray ofLongs(long[] values) throws IOException {
        ByteBuffer data = allocate(values.length, Long.BYTES);
        data.asLongBuffer().put(values);
        return new NpyArray('i', Long.BYTES, new int[] {values.length}, data);
    }

    /**
     * Makes a vector of texts.
     *
     * @param values any text without trailing zeros
     * @return fixed-width Unicode
     * @throws IOException if it has more than 2 GiB
     */
    public static NpyArray ofStrings(List<String> values) throws IOException {
        return strings(values, new int[] {values.size()});
    }

    /**
     * Makes an array without dimensions.
     *
     * @param value any text without trailing zeros
     * @return Unicode
     * @throws IOException if it has more than 2 GiB
     */
    public static NpyArray ofString(String value) throws IOException {
        return strings(List.of(value), new int[0]);
    }

    private static NpyArray strings(List<String> values, int[] shape) throws IOException {
        int longest =
                values.stream().mapToInt(v -> v.codePointCount(0, v.length())).max().orElse(0);
        int itemBytes = Math.max(1, longest) * Integer.BYTES;
        ByteBuffer data = allocate(values.size(), itemBytes);
        for (int i = 0; i < values.size(); i++) {
            data.position(i * itemBytes);
            data.put(values.get(i).getBytes(UTF_32LE));
        }
        data.rewind();
        return new NpyArray('U', itemBytes, shape, data);
    }

    private static ByteBuffer allocate(long items, int itemBytes) throws IOException {
        long bytes = items * itemBytes;
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new IOException(
                    "expected an array of at most 2 GiB, found %d bytes; save the set in parts"
                            .formatted(bytes));
        }
        return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Returns the shape.
     *
     * @return sizes, empty for a scalar
     */
    public int[] shape() {
        return shape.clone();
    }

    /**
     * Returns whether the elements are texts.
     *
     * @return true if {@link #toStrings} reads them
     */
    public boolean isText() {
        return kind == 'U';
    }

    /**
     * Returns whether the elements are real numbers.
     *
     * @return true if {@link #toDoubles} reads them, or they are of a precision that it does not
     */
    public boolean isReal() {
        return kind == 'f';
    }

    /** The elements, read-only, from position 0. */
    ByteBuffer data() {
        return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Returns real numbers in single precision.
     *
     * @return row by row
     * @throws IOException if they are not float32 or float64
     */
    public float[] toFloats() throws IOException {
        float[] values = new float[count()];
        ByteBuffer in = data();
        if (kind == 'f' && itemBytes == Float.BYTES) {
            in.asFloatBuffer().get(values);
        } else if (kind == 'f' && itemBytes == Double.BYTES) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) in.getDouble();
            }
        } else {
            throw new IOException("expected float32 or float64, found " + kind + itemBytes);
        }
        return values;
    }

    /**
     * Returns real numbers in double precision.
     *
     * @return row by row
     * @throws IOException if they are not float32 or float64
     */
    public double[] toDoubles() throws IOException {
        boolean single = kind == 'f' && itemBytes == Float.BYTES;
        if (!single && !(kind == 'f' && itemBytes == Double.BYTES)) {
            throw new IOException("expected float32 or float64, found " + kind + itemBytes);
        }
        double[] values = new double[count()];
        ByteBuffer in = data();
        for (int i = 0; i < values.length; i++) {
            values[i] = single ? in.getFloat() : in.getDouble();
        }
        return values;
    }

    /**
     * Returns whole numbers; of booleans 0 and 1.
     *
     * @return row by row
     * @throws IOException if they are none
     */
    public long[] toLongs() throws IOException {
        long[] values = new long[count()];
        ByteBuffer in = data();
        boolean truth = kind == 'b' && itemBytes == 1;
        boolean unsigned = kind == 'u' || truth;
        if (kind != 'i' && !(unsigned && itemBytes < Long.BYTES)) {
            throw new IOException("expected integers, found " + kind + itemBytes);
        }
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (itemBytes) {
                        case 1 -> unsigned ? in.get() & 0xFFL : in.get();
                        case 2 -> unsigned ? in.getShort() & 0xFFFFL : in.getShort();
                        case 4 -> unsigned ? in.getInt() & 0xFFFFFFFFL : in.getInt();
                        case 8 -> in.getLong();
                        default -> throw new IOException("unknown integers " + kind + itemBytes);
                    };
        }
        return values;
    }

    /**
     * Returns texts without the zeros they are padded with.
     *
     * @return row by row
     * @throws IOException if they are not Unicode
     */
    public List<String> toStrings() throws IOException {
        if (kind != 'U') {
            throw new IOException("expected Unicode strings, found " + kind + itemBytes);
        }
        List<String> values = new ArrayList<>();
        byte[] item = new byte[itemBytes];
        ByteBuffer in = data();
        for (int i = 0; i < count(); i++) {
            in.get(item);
            String text = new String(item, UTF_32LE);
            int end = text.length();
            while (end > 0 && text.charAt(end - 1) == 0) {
                end--;
            }
            values.add(text.substring(0, end));
        }
        return values;
    }

    private int count() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /**
     * Returns everything before the data: magic, version 1.0 (3.0 is only for field names),
     * dictionary.
     *
     * @return what numpy.save writes, to the last byte
     */
    public byte[] header() {
        String dimensions =
                Arrays.stream(shape).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
        int length = kind == 'U' ? itemBytes / Integer.BYTES : itemBytes;
        String dictionary =
                "{'descr': '<%s%d', 'fortran_order': False, 'shape': (%s), }"
                        .formatted(kind, length, dimensions);
        int prefix = NpyHeader.MAGIC_BYTES + 4;
        int total =
                (prefix + dictionary.length() + 1 + ALIGNMENT_BYTES - 1)
                        / ALIGNMENT_BYTES
                        * ALIGNMENT_BYTES;
        byte[] header = new byte[total];
        Arrays.fill(header, (byte) ' ');
        header[total - 1] = '\n';
        ByteBuffer out = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        out.put(NpyHeader.magic()).put((byte) 1).put((byte) 0).putShort((short) (total - prefix));
        out.put(dictionary.getBytes(StandardCharsets.US_ASCII));
        return header;
    }

    /**
     * Reads an array.
     *
     * @param in the whole {@code .npy}
     * @param available how many bytes {@code in} has, so that a false shape allocates nothing
     */
    static NpyArray read(InputStream in, long available) throws IOException {
        NpyHeader header = NpyHeader.read(in);
        int[] shape = header.shape();
        boolean columns = header.byColumns();
        if (columns && (shape.length > 2 || header.kind() == 'U')) {
            throw new IOException(
                    "expected row-major order, found Fortran order; save numpy.ascontiguousarray(x)");
        }
        char kind = header.kind();
        int itemBytes = header.itemBytes();
        long bytes = itemBytes;
        int items = 1;
        for (int dimension : shape) {
            bytes = Math.multiplyExact(bytes, dimension);
            items = Math.multiplyExact(items, dimension);
        }
        // A small compressed file may stand for more than there is room for.
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap / 4 * 3) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "expected at most three quarters of the heap's %,d MiB, found %,d MiB of data; raise -Xmx",
                            heap >> 20,
                            bytes >> 20));
        }
        if (bytes > available) {
            throw new IOException(
                    "expected %d bytes of data for shape %s, found fewer than %d"
                            .formatted(bytes, Arrays.toString(shape), available));
        }
        byte[] data = in.readNBytes(Math.toIntExact(bytes));
        if (data.length < bytes) {
            throw new IOException(
                    "expected %d bytes of data, found %d".formatted(bytes, data.length));
        }
        if (columns) {
            data = byRows(data, shape[0], shape[1], itemBytes);
        }
        return new NpyArray(
                kind, itemBytes, shape, ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN));
    }

    private static byte[] byRows(byte[] byColumns, int rows, int columns, int itemBytes) {
        byte[] data = new byte[byColumns.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int from = (j * rows + i) * itemBytes;
                System.arraycopy(byColumns, from, data, (i * columns + j) * itemBytes, itemBytes);
            }
        }
        return data;
    }
}
