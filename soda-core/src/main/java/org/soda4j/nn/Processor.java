package org.soda4j.nn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the CPU has instructions for, as Linux on x86 says; elsewhere nothing. */
public final class Processor {

    private static final Path FLAGS = Path.of("/proc/cpuinfo");

    private static final boolean AVX2 = has(FLAGS, "avx2");
    private static final boolean AVX512 =
            has(FLAGS, "avx512bw") && has(FLAGS, "avx512vl") && has(FLAGS, "avx512dq");
    private static final boolean MATRIX_UNIT = has(FLAGS, "amx_bf16");
    private static final boolean BFLOAT16 = has(FLAGS, "avx512_bf16");

    private Processor() {}

    /**
     * Returns whether there are vectors of 256 bits, as in nearly all x86 processors since 2015.
     *
     * @return false where it is not known
     */
    public static boolean hasAvx2() {
        return AVX2;
    }

    /**
     * Returns whether there are vectors of 512 bits, without which the CPU library packs nothing in
     * bfloat16.
     *
     * @return false where it is not known
     */
    public static boolean hasAvx512() {
        return AVX512;
    }

    /**
     * Returns whether there is a matrix unit for bfloat16: Intel's server processors since 2023.
     *
     * @return false where it is not known
     */
    public static boolean hasMatrixUnit() {
        return MATRIX_UNIT;
    }

    /**
     * Returns whether there are vector instructions for bfloat16: all processors with a matrix
     * unit, and AMD's since 2022.
     *
     * @return false where it is not known
     */
    public static boolean hasBfloat16() {
        return BFLOAT16;
    }

    static boolean has(Path file, String flag) {
        if (!Files.isReadable(file)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.anyMatch(
                    line -> line.startsWith("flags") && (line + " ").contains(" " + flag + " "));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }
}
