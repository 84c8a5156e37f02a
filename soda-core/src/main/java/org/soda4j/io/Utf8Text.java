package org.soda4j.io;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.soda4j.engine.Internal;

/** Reads text files, which are UTF-8; of others it says which byte is none. */
@Internal
public final class Utf8Text {

    /** Text that is read whole, and a line of text that is not. */
    private static final int MOST_BYTES = 1 << 28;

    private Utf8Text() {}

    /**
     * Reads a whole file.
     *
     * @param file of at most 256 MiB
     * @return its text
     * @throws IOException if the file cannot be read, is larger, or is not UTF-8; names the file
     *     and the offset of the first byte that is not
     */
    public static String read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MOST_BYTES) {
            throw new IOException(
                    "%s: expected a text of at most %d bytes, found %d"
                            .formatted(file, MOST_BYTES, size));
        }
        return decode(file, Files.readAllBytes(file), 0);
    }

    private static String decode(Path file, byte[] bytes, long offset) throws IOException {
        try {
            return decode(bytes, offset);
        } catch (CharConversionException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Decodes bytes that begin at an offset of a file; names that of the first wrong one. */
    static String decode(byte[] bytes, long offset) throws CharConversionException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw new CharConversionException(
                    "expected text in UTF-8, found byte 0x%02x at offset %d; save the file as UTF-8"
                            .formatted(bytes[in.position()] & 0xff, offset + in.position()));
        }
        decoder.flush(out);
        return out.flip().toString();
    }

    /**
     * Reads a file line by line.
     *
     * @param file of any size
     * @param line takes each line, without its end
     * @throws IOException if the file cannot be read, a line has more than 256 MiB, or the text is
     *     not UTF-8; names the file and the offset of the first byte that is not
     */
    public static void forEachLine(Path file, Consumer<String> line) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            long start = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    line.accept(withoutReturn(decode(file, bytes.toByteArray(), start)));
                    start += bytes.size() + 1L;
                    bytes.reset();
                } else {
                    bytes.write(next);
                    if (bytes.size() > MOST_BYTES) {
                        throw new IOException(
                                "%s: expected lines of at most %d bytes, found a longer one at offset %d"
                                        .formatted(file, MOST_BYTES, start));
                    }
                }
            }
            if (bytes.size() > 0) {
                line.accept(withoutReturn(decode(file, bytes.toByteArray(), start)));
            }
        }
    }

    private static String withoutReturn(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
