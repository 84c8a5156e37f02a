package org.soda4j.diffusion;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The named pseudo-random arrays of the reference files: SplitMix64 of the name's CRC-32. */
final class GoldenNumbers {

    private GoldenNumbers() {}

    /** Standard normal numbers from two uniform arrays by Box and Muller. */
    static float[] normal(String name, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            double radius = Math.sqrt(-2 * Math.log(1 - uniform(name + "#1", i)));
            values[i] = (float) (radius * Math.cos(2 * Math.PI * uniform(name + "#2", i)));
        }
        return values;
    }

    /** Element i of the uniform array of that name, in [0, 1). */
    private static double uniform(String name, int i) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        long x = (crc.getValue() << 32) + i;
        x += 0x9E3779B97F4A7C15L;
        x = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        x ^= x >>> 31;
        return (x >>> 40) * 0x1p-24;
    }
}
