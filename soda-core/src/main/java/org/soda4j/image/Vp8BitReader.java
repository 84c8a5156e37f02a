package org.soda4j.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** VP8's arithmetic decoder of single bits (RFC 6386, section 7) over a part of a file. */
final class Vp8BitReader {

    private static final VarHandle BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final int end;
    private int at;
    private long value;
    private int range = 254;
    private int bits = -8;
    private boolean exhausted;

    Vp8BitReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.end = end;
        at = from;
    }

    /** {@return whether more bits were read than there are} */
    boolean exhausted() {
        return exhausted;
    }

    /**
     * Reads a bit.
     *
     * @param probability of a 0, in 256ths
     */
    int bit(int probability) {
        if (bits < 0) {
            load();
        }
        int split = range * probability >> 8;
        int bit;
        if ((int) (value >>> bits) > split) {
            value -= (long) (split + 1) << bits;
            range -= split;
            bit = 1;
        } else {
            range = split + 1;
            bit = 0;
        }
        int shift = Integer.numberOfLeadingZeros(range) - 24;
        range = (range << shift) - 1;
        bits -= shift;
        return bit;
    }

    private void load() {
        if (at + 4 <= end) {
            value = value << 32 | (int) BIG_ENDIAN.get(bytes, at) & 0xffffffffL;
            at += 4;
            bits += 32;
            return;
        }
        if (at < end) {
            value = value << 8 | bytes[at++] & 0xff;
        } else {
            value <<= 8;
            exhausted = true;
        }
        bits += 8;
    }

    boolean flag() {
        return bit(128) != 0;
    }

    /** Reads an unsigned number, its highest bit first. */
    int number(int width) {
        int number = 0;
        for (int i = 0; i < width; i++) {
            number = number << 1 | bit(128);
        }
        return number;
    }

    /** Reads a flag and, if it is set, a magnitude and a sign; otherwise returns 0. */
    int optionalSigned(int width) {
        if (!flag()) {
            return 0;
        }
        int magnitude = number(width);
        return flag() ? -magnitude : magnitude;
    }
}
