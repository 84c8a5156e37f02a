package org.soda4j.data.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Tells gzip from plain data by the first two bytes (RFC 1952, section 2.3.1), not by the name. */
final class GzipDetection {

    private GzipDetection() {}

    /** Returns the stream, or what it unpacks to; the argument must support marks. */
    static InputStream unpack(InputStream in) throws IOException {
        return isGzip(in) ? new GZIPInputStream(in, 1 << 16) : in;
    }

    static boolean isGzip(InputStream in) throws IOException {
        in.mark(2);
        int first = in.read();
        int second = in.read();
        in.reset();
        return first == 0x1f && second == 0x8b;
    }
}
