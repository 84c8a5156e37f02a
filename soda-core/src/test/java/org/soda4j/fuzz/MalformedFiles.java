package org.soda4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Reads mutated files with readers: each ends with success or with the documented exception that
 * names the file, within 10 seconds of all threads together and 256 MB. The number of files and the
 * seed are fixed, so that every run reads the same. What fails is kept in {@code target/malformed},
 * and {@code target/malformed/counts.txt} says how many files there were of each kind. For all
 * modules.
 */
public final class MalformedFiles {

    private static final long MAX_NANOS = 10_000_000_000L;
    private static final long MAX_BYTES = 256L << 20;
    private static final int MAX_FAILURES = 50;
    private static final Path KEPT = Path.of("target/malformed");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Path folder;
    private final List<String> failures = new ArrayList<>();

    /** Problems without their numbers, so that one fault does not hide another. */
    private final Set<String> kinds = new HashSet<>();

    private MalformedFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads as many files as {@code soda.fuzz.rounds} says, by the seed {@code soda.fuzz.seed}.
     *
     * @param folder for the files; messages of readers have to name it
     */
    public static void read(List<Target> targets, Path folder) throws IOException {
        new MalformedFiles(folder).read(targets);
    }

    private void read(List<Target> targets) throws IOException {
        int rounds = Integer.getInteger("soda.fuzz.rounds", 1);
        long seed = Long.getLong("soda.fuzz.seed", 1);
        Path counts = Files.createDirectories(KEPT).resolve("counts.txt");
        for (Target target : targets) {
            for (byte[] valid : target.seeds()) {
                run(target, target.wrap().apply(valid), "seed");
            }
        }
        assertThat(failures).as("valid files").isEmpty();
        Files.writeString(counts, "");
        for (Target target : targets) {
            long start = THREADS.getCurrentThreadCpuTime();
            // One stream of random numbers a target, so that one more input changes no other.
            Random random = new Random(seed * 31 + target.name().hashCode());
            Mutation mutation = new Mutation(random);
            int refused = 0;
            for (int i = 0; i < rounds * target.inputs(); i++) {
                byte[] valid = target.seeds().get(i % target.seeds().size());
                byte[] data = mutation.of(valid, target.seeds(), target.text());
                refused += run(target, target.wrap().apply(data), seed + "-" + i) ? 0 : 1;
            }
            // One by one, for whoever ends it early.
            String line =
                    "%s: %d files, %d refused, %.1f s%n"
                            .formatted(
                                    target.name(),
                                    rounds * target.inputs(),
                                    refused,
                                    (THREADS.getCurrentThreadCpuTime() - start) / 1e9);
            Files.writeString(counts, line, StandardOpenOption.APPEND);
        }
        assertThat(failures).as("files of %s", folder).isEmpty();
    }

    /** Returns whether the file was read. */
    private boolean run(Target target, byte[] data, String which) throws IOException {
        Path file = Files.write(folder.resolve(target.fileName()), data);
        String problem = null;
        boolean read = false;
        long[] threads = THREADS.getAllThreadIds();
        long bytes = sum(THREADS.getThreadAllocatedBytes(threads));
        long nanos = sum(THREADS.getThreadCpuTime(threads));
        try {
            target.reader().read(file);
            read = true;
        } catch (Exception | Error e) {
            boolean documented =
                    target.documented().stream().anyMatch(type -> type.isInstance(e))
                            && e.getMessage() != null
                            && e.getMessage().contains(folder.toString());
            problem = documented ? null : e + " at " + firstOwnFrame(e);
        }
        threads = THREADS.getAllThreadIds();
        bytes = sum(THREADS.getThreadAllocatedBytes(threads)) - bytes;
        nanos = sum(THREADS.getThreadCpuTime(threads)) - nanos;
        if (problem == null && (bytes > MAX_BYTES || nanos > MAX_NANOS)) {
            problem = "%,d bytes allocated, %,d ms".formatted(bytes, nanos / 1_000_000);
        }
        String kind =
                target.name()
                        + ": "
                        + (problem == null ? "" : problem.replaceAll("[^ ]*/[^ ]*|\\d+", ""));
        if (problem != null && kinds.add(kind) && failures.size() < MAX_FAILURES) {
            String name = (target.name() + "-" + which).replace(' ', '-').replace('/', '-');
            Files.write(KEPT.resolve(name), data);
            failures.add(name + ": " + problem);
        }
        return read;
    }

    /** A thread that has ended counts nothing. */
    private static long sum(long[] numbers) {
        return Arrays.stream(numbers).filter(number -> number > 0).sum();
    }

    private static String firstOwnFrame(Throwable e) {
        for (StackTraceElement frame : e.getStackTrace()) {
            if (frame.getClassName().startsWith("org.soda4j")) {
                return frame.toString();
            }
        }
        return "?";
    }
}
