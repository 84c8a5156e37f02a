package org.soda4j.image;

import javax.imageio.stream.ImageInputStreamImpl;

/**
 * The bytes of an image file as decoders read them. Some decoders take zeros for what is missing
 * and go on, for minutes on a few crafted bytes; reading on and on behind the end is ended here.
 */
final class ImageBytesStream extends ImageInputStreamImpl {

    /** Decoders look ahead by a few bytes at the end of good files. */
    private static final int MAX_READS_BEHIND_END = 1024;

    private final byte[] bytes;
    private int readsBehindEnd;

    ImageBytesStream(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        if (streamPos >= bytes.length) {
            return end();
        }
        bitOffset = 0;
        return bytes[(int) streamPos++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (streamPos >= bytes.length) {
            return end();
        }
        bitOffset = 0;
        int n = (int) Math.min(length, bytes.length - streamPos);
        System.arraycopy(bytes, (int) streamPos, target, offset, n);
        streamPos += n;
        return n;
    }

    private int end() {
        if (++readsBehindEnd > MAX_READS_BEHIND_END) {
            // Not an IOException: some decoders swallow those.
            throw new IllegalStateException("the decoder reads on behind the file's end");
        }
        return -1;
    }

    @Override
    public long length() {
        return bytes.length;
    }
}
