package org.soda4j.examples.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.soda4j.engine.Processor;

/** The machine and the settings that kernels are chosen by. */
public final class Machine {

    private static final List<String> VARIABLES =
            List.of(
                    "ONEDNN_MAX_CPU_ISA",
                    "DNNL_MAX_CPU_ISA",
                    "ATEN_CPU_CAPABILITY",
                    "OMP_NUM_THREADS",
                    "NVIDIA_TF32_OVERRIDE",
                    "PYTORCH_LIBRARY_PATH",
                    "PYTORCH_FLAVOR");

    private static final List<String> PROPERTIES =
            List.of("org.soda4j.kernels", "ai.djl.pytorch.num_threads");

    private Machine() {}

    /** Names of facts and facts, for a person and for a file. */
    public static Map<String, String> describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        List<String> instructions = Processor.vectorInstructions();
        facts.put(
                "processor",
                "%s, %d in use, %s"
                        .formatted(
                                Processor.name(),
                                Runtime.getRuntime().availableProcessors(),
                                instructions.isEmpty()
                                        ? "instructions unknown"
                                        : String.join(" ", instructions)));
        facts.put("caches", caches(Path.of("/sys/devices/system/cpu/cpu0/cache")));
        facts.put(
                "system",
                "%s %s %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")));
        facts.put(
                "Java",
                System.getProperty("java.runtime.version")
                        + " ("
                        + System.getProperty("java.vendor")
                        + ")");
        facts.put("settings", settings());
        facts.put("load", load());
        return facts;
    }

    /** As {@code L1 data 48K, L2 1024K}; libraries choose their blocks by it. */
    static String caches(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Files.isDirectory(folder.getParent())
                    ? "hidden from the system (no %s)".formatted(folder)
                    : "unknown";
        }
        try (Stream<Path> levels = Files.list(folder)) {
            List<String> found = new ArrayList<>();
            for (Path level :
                    levels.filter(p -> p.getFileName().toString().startsWith("index"))
                            .sorted()
                            .collect(Collectors.toList())) {
                String type = read(level.resolve("type"));
                found.add(
                        "L"
                                + read(level.resolve("level"))
                                + (type.equals("Unified")
                                        ? ""
                                        : " " + type.toLowerCase(Locale.ROOT))
                                + " "
                                + read(level.resolve("size")));
            }
            return found.isEmpty() ? "hidden from the system" : String.join(", ", found);
        } catch (IOException | UncheckedIOException e) {
            return "unknown (" + e.getMessage() + ")";
        }
    }

    /** Measurements of a busy machine mislead, most of all those of several threads. */
    private static String load() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (load < 0) {
            return "unknown";
        }
        boolean busy = load > Runtime.getRuntime().availableProcessors();
        return String.format(
                Locale.ROOT,
                "%.1f%s",
                load,
                busy ? ", more than there are processors: speeds will mean little" : "");
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    private static String settings() {
        List<String> set = new ArrayList<>();
        for (String name : VARIABLES) {
            if (System.getenv(name) != null) {
                set.add(name + "=" + System.getenv(name));
            }
        }
        for (String name : PROPERTIES) {
            if (System.getProperty(name) != null) {
                set.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        return set.isEmpty() ? "none" : String.join(" ", set);
    }
}
