package org.soda4j.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes valid files: bits, bytes, numbers, pieces, and the values in text. */
final class Mutation {

    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        127,
        128,
        255,
        256,
        32767,
        65535,
        1 << 20,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 40,
        Long.MAX_VALUE
    };

    private static final String[] VALUES = {
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "\"x\"",
        "-1",
        "0",
        "0.5",
        "1e308",
        "1e999",
        "NaN",
        "2147483647",
        "2147483648",
        "9223372036854775807",
        "1000000",
        "99999999999999999999",
        "\"\\u0000\"",
        "[[[[1]]]]",
        "\u00e9",
        "../x"
    };

    private static final Pattern VALUE =
            Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?|\"[^\"]*\"|true|false|null");

    private final Random random;

    Mutation(Random random) {
        this.random = random;
    }

    /** One to four changes of a file; pieces may come from another one. */
    byte[] of(byte[] seed, List<byte[]> others, boolean text) {
        byte[] data = seed;
        for (int n = random.nextInt(4); n >= 0 && data.length > 0; n--) {
            data = text && random.nextInt(3) > 0 ? value(data) : change(data.clone(), others);
        }
        return data;
    }

    private byte[] change(byte[] data, List<byte[]> others) {
        int at = random.nextInt(data.length);
        // Half of all changes are near the beginning, where headers stand.
        if (random.nextBoolean()) {
            at = Math.min(at, random.nextInt(64));
        }
        int length =
                Math.min(data.length - at, 1 + random.nextInt(random.nextInt(8) == 0 ? 512 : 16));
        switch (random.nextInt(9)) {
            case 0 -> data[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> data[at] = (byte) random.nextInt(256);
            case 2 -> Arrays.fill(data, at, at + length, (byte) (random.nextInt(2) * 255));
            case 3, 4 -> number(data, at);
            case 5 -> {
                return splice(data, at, at + length, new byte[0]);
            }
            case 6 -> {
                byte[] piece = Arrays.copyOfRange(data, at, at + length);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                for (int i = random.nextInt(random.nextInt(8) == 0 ? 300 : 3); i >= 0; i--) {
                    out.writeBytes(piece);
                }
                return splice(data, at, at, out.toByteArray());
            }
            case 7 -> {
                byte[] other = others.get(random.nextInt(others.size()));
                int from = random.nextInt(other.length + 1);
                int to = Math.min(other.length, from + length);
                return splice(data, at, at + length, Arrays.copyOfRange(other, from, to));
            }
            default -> {
                return Arrays.copyOf(data, at);
            }
        }
        return data;
    }

    private void number(byte[] data, int at) {
        long value = NUMBERS[random.nextInt(NUMBERS.length)];
        int bytes = Math.min(data.length - at, 1 << random.nextInt(4));
        boolean highestFirst = random.nextBoolean();
        for (int i = 0; i < bytes; i++) {
            data[at + (highestFirst ? bytes - 1 - i : i)] = (byte) (value >>> 8 * i);
        }
    }

    private static byte[] splice(byte[] data, int from, int to, byte[] piece) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(data, 0, from);
        out.writeBytes(piece);
        out.write(data, to, data.length - to);
        return out.toByteArray();
    }

    /** Replaces a number or a string of a text, byte for byte elsewhere. */
    private byte[] value(byte[] data) {
        String text = new String(data, StandardCharsets.ISO_8859_1);
        Matcher matcher = VALUE.matcher(text);
        int chosen = random.nextInt(1 + (int) matcher.results().count());
        matcher.reset();
        for (int i = 0; matcher.find(); i++) {
            if (i == chosen) {
                String value = VALUES[random.nextInt(VALUES.length)];
                return (text.substring(0, matcher.start()) + value + text.substring(matcher.end()))
                        .getBytes(StandardCharsets.ISO_8859_1);
            }
        }
        return data;
    }
}
