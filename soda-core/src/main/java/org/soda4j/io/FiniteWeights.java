package org.soda4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.soda4j.engine.FiniteValues;

/**
 * Refuses tensors that no model can compute with: with a number that is NaN, infinite or, as
 * float64, beyond float32, or with a variance below 0. Reads the bytes of a file, before anything
 * is copied.
 */
final class FiniteWeights {

    /** The end of PyTorch's name for the running variance of a batch norm. */
    private static final String VARIANCE = "running_var";

    private static final int PIECE_BYTES = 1 << 16;

    private FiniteWeights() {}

    /** How a file's bytes are read. */
    @FunctionalInterface
    interface Source {
        /** Fills the rest of the buffer with the bytes from a place in the tensor on. */
        void read(ByteBuffer target, long position) throws IOException;
    }

    static void require(Path file, TensorInfo info, Source source) throws IOException {
        boolean variance = info.name().endsWith(VARIANCE);
        // Where all bits of an exponent are ones, adding one to them reaches the sign.
        boolean fine =
                switch (info.dtype()) {
                    case F32 -> !variance && areFinite(info, source, 0x0080000000800000L, 32);
                    case F16 -> !variance && areFinite(info, source, 0x0400040004000400L, 16);
                    case BF16 -> !variance && areFinite(info, source, 0x0080008000800080L, 16);
                    case F64 -> false;
                    default -> true;
                };
        if (!fine) {
            findFirst(file, info, source, variance);
        }
    }

    /** Reads by pieces that stay in the cache: mapping pages takes three times as long. */
    private static boolean areFinite(TensorInfo info, Source source, long least, int bits)
            throws IOException {
        long signs = bits == 32 ? 0x8000000080000000L : 0x8000800080008000L;
        ByteBuffer piece = ByteBuffer.allocate(pieceSize(info)).order(ByteOrder.LITTLE_ENDIAN);
        long[] words = new long[piece.capacity() / Long.BYTES];
        long seen = 0;
        for (long at = 0; at < info.byteCount(); at += piece.limit()) {
            next(info, source, at, piece);
            int count = (piece.limit() + Long.BYTES - 1) / Long.BYTES;
            piece.limit(count * Long.BYTES).asLongBuffer().get(words, 0, count);
            for (int i = 0; i < count; i++) {
                seen |= (words[i] & ~signs) + least;
            }
        }
        return (seen & signs) == 0;
    }

    private static int pieceSize(TensorInfo info) {
        long whole = (info.byteCount() + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        return (int) Math.min(PIECE_BYTES, whole);
    }

    /** Fills a piece from {@code at} on; behind its limit, up to a whole word, are zeros. */
    private static void next(TensorInfo info, Source source, long at, ByteBuffer piece)
            throws IOException {
        int count = (int) Math.min(piece.capacity(), info.byteCount() - at);
        if (count < piece.capacity()) {
            Arrays.fill(piece.array(), count, piece.capacity(), (byte) 0);
        }
        source.read(piece.clear().limit(count), at);
        piece.flip();
    }

    private static void findFirst(Path file, TensorInfo info, Source source, boolean variance)
            throws IOException {
        int bytes = info.dtype().bytes();
        ByteBuffer piece = ByteBuffer.allocate(pieceSize(info)).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = 0; at < info.byteCount(); at += piece.limit()) {
            next(info, source, at, piece);
            for (int i = 0; i < piece.limit(); i += bytes) {
                double value = value(info.dtype(), piece, i);
                boolean finite = Float.isFinite((float) value);
                if (!finite || variance && value < 0) {
                    throw refused(file, info, (at + i) / bytes, value, finite);
                }
            }
        }
    }

    private static SafetensorsException refused(
            Path file, TensorInfo info, long element, double value, boolean finite) {
        return new SafetensorsException(
                file,
                "tensor '%s': expected %s, found %s at index %s; take weights of before, or look at how these were made"
                        .formatted(
                                info.name(),
                                finite
                                        ? "variances of at least 0"
                                        : "numbers that are finite in float32",
                                value,
                                FiniteValues.index(info.shape().getShape(), element)));
    }

    private static double value(Dtype dtype, ByteBuffer data, int i) {
        return switch (dtype) {
            case F64 -> data.getDouble(i);
            case F32 -> data.getFloat(i);
            case BF16 -> Float.intBitsToFloat(data.getShort(i) << Short.SIZE);
            case F16 -> ofHalf(data.getShort(i));
            default -> throw new IllegalArgumentException("no floating point: " + dtype);
        };
    }

    /** The value of a float16: 1 bit of sign, 5 of exponent, 10 of fraction. */
    private static double ofHalf(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double size =
                switch (exponent) {
                    case 0 -> fraction * 0x1p-24;
                    case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
                    default -> Math.scalb(0x400 + fraction, exponent - 25);
                };
        return bits < 0 ? -size : size;
    }
}
