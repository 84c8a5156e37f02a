package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/**
 * Native memory does not grow with the steps, of which the thorough profile takes 1,000. The
 * longest form, {@code -Dsoda.steps=2000} with {@code -Xms512m -Xmx512m -XX:+AlwaysPreTouch} (so
 * that the heap is resident from the start), measures the resident set too and prints it.
 */
class NativeMemoryTest {

    private static final int STEPS = Integer.getInteger("soda.steps", 40);
    private static final int WARM = STEPS / 10;

    @Test
    void stepsLeaveNothingBehind() {
        Map<Long, Integer> arrays = new LinkedHashMap<>();
        Map<Long, Long> residentKib = new LinkedHashMap<>();
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0.1).build()) {
            TinyTraining.trainer(soda, TinyTraining.data(manager, 40))
                    .steps(STEPS)
                    .listener(
                            new RunListener() {
                                @Override
                                public void step(RunEvent.Step step) {
                                    if (step.step() % WARM == 0) {
                                        arrays.put(step.step(), managedArrays(manager));
                                        residentKib.put(step.step(), residentKib());
                                    }
                                }
                            })
                    .build()
                    .fit();
        }
        assertThat(arrays).hasSize(10);
        // The same at every look: a leak of one array in a step would be seen at once.
        assertThat(arrays.values()).containsOnly(arrays.get((long) WARM));
        if (STEPS > 1000) {
            System.out.println(
                    "arrays by step " + arrays + "\nresident KiB by step " + residentKib);
            // One lost activation of 4 x 32 x 8 x 8 numbers a step would be 32 KiB.
            assertThat(residentKib.get(10L * WARM) - residentKib.get((long) WARM))
                    .isLessThan(8L * STEPS);
        }
    }

    /** Of the whole engine. */
    private static int managedArrays(NDManager manager) {
        NDManager root = manager;
        while (root.getParentManager() != null && root.getParentManager() != root) {
            root = root.getParentManager();
        }
        return root.getManagedArrays().size();
    }

    /** 0 where the operating system does not tell. */
    private static long residentKib() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
