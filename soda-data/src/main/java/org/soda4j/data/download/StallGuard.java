package org.soda4j.data.download;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Closes a stream that has given nothing for too long, so that who reads it does not wait for ever.
 */
final class StallGuard implements AutoCloseable {

    private final Thread watcher;
    private volatile long lastNanos = System.nanoTime();

    StallGuard(InputStream stream, Duration limit) {
        watcher =
                new Thread(
                        () -> {
                            try {
                                while (true) {
                                    long idle = System.nanoTime() - lastNanos;
                                    long left = limit.toNanos() - idle;
                                    if (left <= 0) {
                                        stream.close();
                                        return;
                                    }
                                    Thread.sleep(left / 1_000_000 + 1);
                                }
                            } catch (InterruptedException | IOException e) {
                                // Closed, or about to be: either way there is nothing left to
                                // guard.
                                return;
                            }
                        },
                        "soda-download-guard");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** Says that something was read. */
    void alive() {
        lastNanos = System.nanoTime();
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
