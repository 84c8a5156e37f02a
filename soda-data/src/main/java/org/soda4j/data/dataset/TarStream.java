package org.soda4j.data.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.soda4j.io.DatasetException;

/**
 * Goes through a tar archive (POSIX ustar, IEEE 1003.1): blocks of 512 bytes, a header before each
 * entry. Long names and other extensions are entries of their own kind here, and are not needed.
 * What an archive holds altogether is bounded, since a small compressed one may unpack to anything.
 */
final class TarStream {

    /** CIFAR's archives unpack to 185 MB. */
    private static final long MAX_BYTES = 1L << 30;

    private static final int BLOCK = 512;

    private final String archive;
    private final InputStream in;
    private final byte[] header = new byte[BLOCK];
    private long total;
    private long size;
    private long left;
    private long padding;

    /**
     * @param archive for messages
     * @param in the archive, unpacked; not closed
     */
    TarStream(String archive, InputStream in) {
        this.archive = archive;
        this.in = in;
    }

    /** Goes to the next entry, past what of this one was not read; false at the end. */
    boolean next() throws IOException {
        in.skipNBytes(left + padding);
        left = 0;
        padding = 0;
        int read = in.readNBytes(header, 0, BLOCK);
        if (read == 0 || header[0] == 0) {
            return false;
        }
        if (read < BLOCK || octal(148, 8) != checksum()) {
            throw new DatasetException(
                    archive, "expected a tar archive, found no header of an entry in it");
        }
        size = octal(124, 12);
        left = size;
        padding = -size & BLOCK - 1;
        total += BLOCK + size + padding;
        if (size > MAX_BYTES || total > MAX_BYTES) {
            throw new DatasetException(
                    archive,
                    String.format(
                            Locale.ROOT,
                            "expected an archive that unpacks to at most %,d bytes, found more",
                            MAX_BYTES));
        }
        return true;
    }

    /** The sum of the header's bytes, its own place counted as spaces. */
    private long checksum() {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        return sum;
    }

    private long octal(int from, int length) {
        long value = 0;
        for (int i = from; i < from + length; i++) {
            int digit = header[i] - '0';
            if (digit >= 0 && digit < 8) {
                value = value << 3 | digit;
            } else if (header[i] != ' ' && header[i] != 0) {
                throw new DatasetException(
                        archive, "expected a tar archive, found a header with a broken number");
            }
        }
        return value;
    }

    boolean isFile() {
        return header[156] == '0' || header[156] == 0;
    }

    /** The last part of a path is never in the header's prefix. */
    String name() {
        int end = 0;
        while (end < 100 && header[end] != 0) {
            end++;
        }
        return new String(header, 0, end, StandardCharsets.UTF_8);
    }

    long size() {
        return size;
    }

    /** Returns the entry's bytes, to be read before {@link #next}. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (left == 0) {
                    return -1;
                }
                int n = in.read(target, offset, (int) Math.min(length, left));
                if (n < 0) {
                    throw new EOFException("the archive ends within " + name());
                }
                left -= n;
                return n;
            }
        };
    }
}
