package org.soda4j.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What the CPU has instructions for, as Linux on x86 says; elsewhere nothing is known. */
@Internal
public final class Processor {

    private static final Set<String> FLAGS = flags(Path.of("/proc/cpuinfo"));

    private static final List<String> VECTOR_INSTRUCTIONS =
            List.of("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "sve");

    private Processor() {}

    /**
     * Returns whether there are vector instructions for bfloat16: all of Intel's processors with a
     * matrix unit, and AMD's since 2022.
     *
     * @return false where it is not known
     */
    public static boolean hasBfloat16() {
        return FLAGS.contains("avx512_bf16");
    }

    /** Vectors of 256 bits, as in nearly all x86 processors since 2015. */
    static boolean hasAvx2() {
        return FLAGS.contains("avx2");
    }

    /** Vectors of 512 bits, what the CPU library asks for to pack kernels in bfloat16. */
    static boolean hasAvx512() {
        return FLAGS.containsAll(Set.of("avx512bw", "avx512vl", "avx512dq"));
    }

    /** A matrix unit for bfloat16: Intel's server processors since 2023. */
    static boolean hasMatrixUnit() {
        return FLAGS.contains("amx_bf16");
    }

    /**
     * Returns those vector and matrix instructions that kernels are chosen by.
     *
     * @return flags as Linux calls them, the oldest first; empty where nothing is known
     */
    public static List<String> vectorInstructions() {
        return VECTOR_INSTRUCTIONS.stream().filter(FLAGS::contains).toList();
    }

    /**
     * Returns what the processor calls itself.
     *
     * @return its name, "unknown" where that cannot be read
     */
    public static String name() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown");
        } catch (IOException | UncheckedIOException e) {
            return "unknown";
        }
    }

    static Set<String> flags(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Set.of(line.split("[\\s:]+")))
                    .orElse(Set.of());
        } catch (IOException | UncheckedIOException e) {
            return Set.of();
        }
    }
}
