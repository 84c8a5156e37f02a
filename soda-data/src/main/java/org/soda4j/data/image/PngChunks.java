package org.soda4j.data.image;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Goes through a PNG file's chunks (PNG specification, third edition, section 5). */
final class PngChunks {

    private static final int IEND = 0x49454E44;
    private static final int CRITICAL = 0x20000000;

    private PngChunks() {}

    /**
     * Says what is wrong with the file, or null: every chunk must be whole up to the last, and the
     * checksums of those that hold the pixels must be right. Platform decoders check neither.
     */
    static String problem(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        int at = 8;
        while (at + 12L <= bytes.length) {
            int length = file.getInt(at);
            int type = file.getInt(at + 4);
            if (length < 0 || at + 12L + length > bytes.length) {
                return "its end within a chunk: it is truncated or corrupt";
            }
            // A capital first letter (bit 5 clear) marks the chunks that the pixels depend on.
            if ((type & CRITICAL) == 0) {
                CRC32 crc = new CRC32();
                crc.update(bytes, at + 4, 4 + length);
                if ((int) crc.getValue() != file.getInt(at + 8 + length)) {
                    return "a wrong checksum in the chunk at byte %,d: it is corrupt".formatted(at);
                }
            }
            if (type == IEND) {
                return null;
            }
            at += 12 + length;
        }
        return "no end chunk: it is truncated";
    }
}
