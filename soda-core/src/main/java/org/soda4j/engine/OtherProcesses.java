package org.soda4j.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/** What other processes leave of the processors, as far as the JVM sees it in its container. */
final class OtherProcesses {

    private static final long WINDOW_NANOS = 1_000_000_000L;

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean known
                    ? known
                    : null;

    private static final AtomicLong NEXT = new AtomicLong(System.nanoTime());

    private static volatile double busy;

    private OtherProcesses() {}

    /**
     * Returns how many processors they kept busy lately, on average; looks once a second at most.
     *
     * @return 0 where nothing is known
     */
    static double busyCores() {
        long now = System.nanoTime();
        long next = NEXT.get();
        if (SYSTEM != null && now - next >= 0 && NEXT.compareAndSet(next, now + WINDOW_NANOS)) {
            double all = SYSTEM.getCpuLoad();
            double own = SYSTEM.getProcessCpuLoad();
            boolean known = all >= 0 && own >= 0; // Else it is too early to tell.
            int processors = SYSTEM.getAvailableProcessors();
            busy = known ? Math.max(0, all - own) * processors : 0;
        }
        return busy;
    }
}
