package org.soda4j.data;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Measures pairs of views a second on one thread: published recipe, 32 x 32, CIFAR-10 records.
 *
 * <p>Arguments: a file of CIFAR-10's binary format; optionally how many rounds of 10,000 pairs.
 */
final class ViewBenchmark {

    private ViewBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        ViewPairs pairs =
                ViewPairs.builder(new CifarRecords(Path.of(arguments[0]))).resolution(32).build();
        ViewWorkspace space = pairs.workspace();
        double best = 0;
        for (int round = 0; round < rounds; round++) {
            // Processor time: others may be computing on the same cores.
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long wall = System.nanoTime();
            for (int i = 0; i < pairs.size(); i++) {
                pairs.fill(1, round, i, space);
            }
            long used = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            double perSecond = pairs.size() / (used * 1e-9);
            double byClock = pairs.size() / ((System.nanoTime() - wall) * 1e-9);
            best = Math.max(best, perSecond);
            System.out.printf(
                    "round %d: %.0f pairs/s of processor time, %.0f by the clock%n",
                    round, perSecond, byClock);
        }
        System.out.printf("best: %.0f pairs/s/core%n", best);
    }

    /** Records of one label byte and three planes of 32 x 32. */
    static final class CifarRecords extends ImageDataset {

        private static final int RECORD = 3073;
        private final PixelImage[] images;
        private final int[] labels;

        CifarRecords(Path file) throws IOException {
            super(new Sampling().setSampling(1, false));
            byte[] bytes = Files.readAllBytes(file);
            images = new PixelImage[bytes.length / RECORD];
            labels = new int[images.length];
            for (int n = 0; n < images.length; n++) {
                labels[n] = bytes[n * RECORD];
                byte[] planes = Arrays.copyOfRange(bytes, n * RECORD + 1, (n + 1) * RECORD);
                byte[] pixels = new byte[3072];
                for (int i = 0; i < 3072; i++) {
                    pixels[i] = planes[i % 3 * 1024 + i / 3];
                }
                images[n] = new PixelImage(32, 32, 3, pixels);
            }
        }

        @Override
        public PixelImage image(int index) {
            return images[index];
        }

        @Override
        public int label(int index) {
            return labels[index];
        }

        @Override
        public List<String> classNames() {
            return List.of();
        }

        @Override
        protected long availableSize() {
            return images.length;
        }

        @Override
        public void prepare(ai.djl.util.Progress progress) {}

        private static final class Sampling extends BaseBuilder<Sampling> {
            @Override
            protected Sampling self() {
                return this;
            }
        }
    }
}
