package org.soda4j.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.soda4j.engine.Internal;

/**
 * What an array in NumPy's {@code .npy} format says of itself before its data.
 *
 * @param kind NumPy's letter: {@code u} for unsigned integers, {@code f} for real numbers, and so
 *     on
 * @param itemBytes of an element, at least 1
 * @param shape sizes, each at least 0; empty for a scalar; their product may be larger than an int
 * @param byColumns whether elements stand in Fortran's order
 */
@Internal
public record NpyHeader(char kind, int itemBytes, int[] shape, boolean byColumns) {

    static final int MAGIC_BYTES = 6;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_HEADER_BYTES = 1 << 20;

    private static final Pattern DESCR =
            Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-zA-Z])(\\d+)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\sL]*)\\)");

    static byte[] magic() {
        return MAGIC.clone();
    }

    /**
     * Reads a header and nothing after it.
     *
     * @param in at the array's begin
     * @return what it says
     * @throws IOException if it is none, or of a kind that NumPy has and this library has not
     */
    public static NpyHeader read(InputStream in) throws IOException {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2
                || !Arrays.equals(Arrays.copyOf(start, MAGIC.length), MAGIC)) {
            throw new IOException("expected NumPy's .npy format, found something else");
        }
        int lengthBytes = start[MAGIC.length] == 1 ? Short.BYTES : Integer.BYTES;
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        length.put(in.readNBytes(lengthBytes));
        int headerBytes = length.getInt(0);
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw new IOException("expected a short header, found " + headerBytes + " bytes");
        }
        String header = new String(in.readNBytes(headerBytes), StandardCharsets.UTF_8);
        Matcher descr = DESCR.matcher(header);
        Matcher order = ORDER.matcher(header);
        Matcher dimensions = SHAPE.matcher(header);
        if (!descr.find() || !order.find() || !dimensions.find()) {
            throw new IOException("expected descr, fortran_order and shape, found " + header);
        }
        if (descr.group(1).equals(">")) {
            throw new IOException("expected little-endian numbers, found " + header);
        }
        int[] shape =
                Arrays.stream(dimensions.group(1).split(","))
                        .map(String::strip)
                        .filter(text -> !text.isEmpty())
                        .mapToInt(Integer::parseInt)
                        .toArray();
        boolean columns = order.group(1).equals("True") && shape.length > 1;
        char kind = descr.group(2).charAt(0);
        int itemBytes = Integer.parseInt(descr.group(3)) * (kind == 'U' ? Integer.BYTES : 1);
        if (itemBytes < 1) {
            throw new IOException("expected items of at least one byte, found " + header);
        }
        return new NpyHeader(kind, itemBytes, shape, columns);
    }

    @Override
    public String toString() {
        return "NpyHeader[%s%d, shape %s, %s]"
                .formatted(
                        kind,
                        itemBytes,
                        Arrays.toString(shape),
                        byColumns ? "by columns" : "by rows");
    }
}
