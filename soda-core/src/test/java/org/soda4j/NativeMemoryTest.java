package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.soda4j.engine.PyTorchEngine;

/** Results that are closed leave nothing behind in the process. */
class NativeMemoryTest {

    private static final Path STATUS = Path.of("/proc/self/status");

    @Test
    void encodingAndReconstructingLeaveTheMemoryFlat() throws IOException {
        try (Soda soda = TinyModels.builder().build();
                NDManager manager = PyTorchEngine.require().newBaseManager(soda.device())) {
            NDArray images = TinyModels.images(manager, 8);
            work(soda, images, 60, 6);
            int arrays = manager.getManagedArrays().size();
            long before = residentKilobytes();
            work(soda, images, 200, 20);
            assertThat(manager.getManagedArrays()).hasSize(arrays);
            assumeTrue(Files.exists(STATUS));
            // One leaked activation of each encode (8 x 8 x 16 x 16 floats) would be 13 MB. What
            // the allocator keeps in reserve comes and goes by some MB.
            assertThat(residentKilobytes() - before).isLessThan(10_000);
        }
    }

    private static void work(Soda soda, NDArray images, int encodes, int reconstructs) {
        for (int i = 0; i < encodes; i++) {
            soda.encode(images).close();
        }
        for (int i = 0; i < reconstructs; i++) {
            soda.reconstruct(images, SamplingOptions.defaults().withSteps(2)).close();
        }
    }

    /** After a collection, so that the Java heap does not count as growth. */
    private static long residentKilobytes() throws IOException {
        if (!Files.exists(STATUS)) {
            return 0;
        }
        System.gc();
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
