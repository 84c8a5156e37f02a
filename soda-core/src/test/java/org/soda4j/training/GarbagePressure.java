package org.soda4j.training;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Collects garbage all the time and fills small native blocks that got free with NaN, so that an
 * array that is read after its Java memory was given up shows it.
 */
public final class GarbagePressure {

    private GarbagePressure() {}

    /** The result of the work, during which garbage is collected. */
    public static <T> T during(Supplier<T> work) throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        Thread thread = new Thread(() -> press(ended), "garbage-pressure");
        thread.start();
        try {
            return work.get();
        } finally {
            ended.set(true);
            thread.join();
        }
    }

    private static void press(AtomicBoolean ended) {
        while (!ended.get()) {
            System.gc();
            for (int i = 0; i < 200; i++) {
                ByteBuffer block = ByteBuffer.allocateDirect(4 + i % 8 * 4);
                while (block.hasRemaining()) {
                    block.put((byte) 0xff);
                }
            }
        }
    }
}
