package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;

/**
 * Runs the fuzzing targets on what the coverage-guided fuzzer kept (fuzz/) and on some thousand
 * seeded mutations of good files. The fuzzer itself runs with the Maven profile {@code fuzz}.
 */
class ReaderFuzzTest {

    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private static List<byte[]> kept(String target) throws Exception {
        return filesIn("fuzz/" + target);
    }

    private static List<byte[]> filesIn(String folder) throws Exception {
        List<byte[]> contents = new ArrayList<>();
        var resource = ReaderFuzzTest.class.getResource(folder);
        if (resource == null) {
            return contents;
        }
        try (Stream<Path> files = Files.list(pathOf(resource))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".rgb") && !name.endsWith(".grey") && !name.endsWith(".txt")) {
                    contents.add(Files.readAllBytes(file));
                }
            }
        }
        return contents;
    }

    private static Path pathOf(java.net.URL resource) throws URISyntaxException {
        return Path.of(resource.toURI());
    }

    /** One to four changes: bytes set or flipped, a piece cut out, doubled, or the end cut off. */
    private static byte[] mutate(byte[] seed, Random random) {
        byte[] data = seed.clone();
        for (int n = random.nextInt(4); n >= 0 && data.length > 0; n--) {
            int at = random.nextInt(data.length);
            int length = Math.min(data.length - at, 1 + random.nextInt(16));
            switch (random.nextInt(6)) {
                case 0 -> data[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> data[at] = (byte) random.nextInt(256);
                case 2 -> Arrays.fill(data, at, at + length, (byte) (random.nextInt(2) * 255));
                case 3 -> data = splice(data, at, at + length, 0);
                case 4 -> data = splice(data, at, at + length, 2);
                default -> data = Arrays.copyOf(data, at);
            }
        }
        return data;
    }

    /** Repeats a piece so many times, 0 to cut it out. */
    private static byte[] splice(byte[] data, int from, int to, int times) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(data, 0, from);
        for (int i = 0; i < times; i++) {
            out.write(data, from, to - from);
        }
        out.write(data, to, data.length - to);
        return out.toByteArray();
    }

    private static void fuzz(
            Consumer<byte[]> target, List<byte[]> seeds, int executions, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < executions; i++) {
            byte[] data = mutate(seeds.get(i % seeds.size()), random);
            long start = CPU.getCurrentThreadCpuTime();
            try {
                target.accept(data);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("execution %d of seed %d".formatted(i, seed), e);
            }
            // Nothing this small may take long. Processor time: the machine may do other work.
            assertThat(Duration.ofNanos(CPU.getCurrentThreadCpuTime() - start))
                    .as("execution %d of seed %d", i, seed)
                    .isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void idx() throws Exception {
        List<byte[]> seeds = new ArrayList<>(kept("IdxFuzzer"));
        byte[] images = IdxDatasetTest.images(4, 3, 5);
        byte[] labels = IdxDatasetTest.labels(4);
        for (byte[] first : List.of(images, IdxDatasetTest.gzip(images))) {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            int length = 1 + first.length + labels.length;
            both.write((int) Math.ceil(first.length * 256.0 / (length - 1)));
            both.writeBytes(first);
            both.writeBytes(labels);
            seeds.add(both.toByteArray());
        }
        seeds.addAll(List.of(images, labels, IdxDatasetTest.gzip(labels)));
        seeds.forEach(IdxFuzzer::fuzzerTestOneInput);
        fuzz(IdxFuzzer::fuzzerTestOneInput, seeds, 4000, 1);
    }

    @Test
    void cifar() throws Exception {
        List<byte[]> seeds = new ArrayList<>(kept("CifarFuzzer"));
        seeds.add(CifarFiles.records(0, 2, 20, 100));
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(archive)) {
            for (String name : List.of("x/b.bin", "x/a.bin")) {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(3074);
                tar.putArchiveEntry(entry);
                tar.write(CifarFiles.records(0, 1, 20, 100));
                tar.closeArchiveEntry();
            }
        }
        seeds.add(archive.toByteArray());
        seeds.add(IdxDatasetTest.gzip(archive.toByteArray()));
        seeds.forEach(CifarFuzzer::fuzzerTestOneInput);
        fuzz(CifarFuzzer::fuzzerTestOneInput, seeds, 2000, 2);
    }

    @Test
    void images() throws Exception {
        List<byte[]> seeds = new ArrayList<>(kept("ImageDecoderFuzzer"));
        seeds.addAll(filesIn("/org/soda4j/data/image/images"));
        assertThat(seeds).hasSizeGreaterThan(30);
        seeds.forEach(ImageDecoderFuzzer::fuzzerTestOneInput);
        fuzz(ImageDecoderFuzzer::fuzzerTestOneInput, seeds, 3000, 3);
    }
}
