package org.soda4j.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/**
 * How many threads an operator of the engine runs on. The threads of an operator wait for each
 * other, so that one whose core is taken by another process holds up all: a team that is smaller by
 * that core is faster.
 *
 * <p>An adaptive team has as many threads as the application gave the engine, at most one for each
 * processor that the JVM may use, fewer while other processes keep processors busy, and shares them
 * with the calls that run at the same time. It follows both ways, within two seconds. The number of
 * threads decides how sums are split, so that the last bits of results may follow it. Where the
 * application says how many there are to be ({@code OMP_NUM_THREADS}, {@code
 * ai.djl.pytorch.num_threads}), or the property {@code org.soda4j.threads} is {@code fixed}, an
 * adaptive team leaves the number alone.
 *
 * <p>The number is changed for the calling thread only, and put back after the call.
 */
@Internal
public final class ThreadTeam {

    private static final ThreadTeam ADAPTIVE = new ThreadTeam(0, OtherProcesses::busyCores);

    private static final String PROPERTY = "org.soda4j.threads";
    private static final String FIXED = "fixed";

    /** A process that takes less than this part of a processor is no reason to give one up. */
    private static final double LEAST_PART = 0.5;

    /** Calls of all teams that run now, without those inside of others. */
    private static final AtomicInteger CALLS = new AtomicInteger();

    /** The innermost call of a thread. */
    private static final ThreadLocal<Call> CALL = new ThreadLocal<>();

    private final int size;
    private final DoubleSupplier busy;

    /**
     * @param size 0: adaptive
     * @param busy how many processors others keep busy
     */
    ThreadTeam(int size, DoubleSupplier busy) {
        this.size = size;
        this.busy = busy;
    }

    /**
     * Returns the team whose size follows the machine.
     *
     * @return the team
     */
    public static ThreadTeam adaptive() {
        return ADAPTIVE;
    }

    /**
     * Returns a team of a fixed size.
     *
     * @param threads at least 1
     * @return the team
     */
    public static ThreadTeam of(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
        }
        return new ThreadTeam(threads, () -> 0);
    }

    /**
     * Runs a call on this team. Within another call an adaptive team changes nothing.
     *
     * @param <T> what it gives
     * @param <E> what it throws
     * @param work the call
     * @return its result
     * @throws E what the call throws
     */
    public <T, E extends Exception> T during(Lifetime.Work<T, E> work) throws E {
        Call outer = CALL.get();
        if (size == 0 && (outer != null || isChosen() || !OpenMp.isSettable())) {
            return work.run();
        }
        Call call = new Call(this, PyTorchEngine.threads());
        if (outer == null) {
            CALLS.incrementAndGet();
        }
        CALL.set(call);
        try {
            call.adjust();
            return work.run();
        } finally {
            call.end();
            if (outer == null) {
                CALL.remove();
                CALLS.decrementAndGet();
            } else {
                CALL.set(outer);
            }
        }
    }

    /** Lets the calling thread's team follow the machine; between the steps of a long call. */
    public static void adjust() {
        Call call = CALL.get();
        if (call != null) {
            call.adjust();
        }
    }

    /**
     * Describes the team of the calling thread, for a record of how something was computed.
     *
     * @return the number of threads, or {@code adaptive} within a call whose number follows the
     *     machine
     */
    public static String description() {
        Call call = CALL.get();
        return call != null && call.team.size == 0
                ? "adaptive"
                : Integer.toString(PyTorchEngine.threads());
    }

    private static boolean isChosen() {
        String environment = System.getenv("OMP_NUM_THREADS");
        return environment != null && !environment.isBlank()
                || System.getProperty("ai.djl.pytorch.num_threads") != null
                || isFixed(System.getProperty(PROPERTY, ""));
    }

    private static boolean isFixed(String property) {
        if (!property.isBlank() && !property.strip().equals(FIXED)) {
            throw new IllegalArgumentException(
                    "-D%s=%s: expected %s or nothing".formatted(PROPERTY, property, FIXED));
        }
        return !property.isBlank();
    }

    private int size(int given) {
        if (size > 0) {
            return size;
        }
        int all = Math.min(given, Runtime.getRuntime().availableProcessors());
        int free = all - (int) Math.floor(busy.getAsDouble() + LEAST_PART);
        return Math.max(1, free / CALLS.get());
    }

    /** One call: remembers what its thread had before. */
    private static final class Call {

        private final ThreadTeam team;
        private final int given;
        private int now;

        Call(ThreadTeam team, int given) {
            this.team = team;
            this.given = given;
            now = given;
        }

        void adjust() {
            set(team.size(given));
        }

        void end() {
            set(given);
        }

        private void set(int threads) {
            if (threads != now) {
                OpenMp.setThreads(threads);
                now = threads;
            }
        }
    }
}
