package org.soda4j.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * The life of native memory that calls use: it ends when it is closed and no call is inside. A call
 * that was let in finishes, with all that it calls on its own thread; after {@link #close} no other
 * is let in. The memory is freed once, by the closer or, if calls are inside, by the last of them.
 *
 * <p>Nobody waits for anybody, so that a call may close what it uses, an interrupted thread too,
 * and no order of calls can block.
 */
@Internal
public final class Lifetime implements AutoCloseable {

    private final String refusal;
    private final Runnable free;
    private final ThreadTeam team;

    /** How deep each thread is inside; guarded by this. */
    private final Map<Thread, Integer> inside = new HashMap<>();

    private boolean closed;

    /**
     * A call.
     *
     * @param <T> what it gives
     * @param <E> what it throws
     */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {

        /**
         * Does the work.
         *
         * @return its result
         * @throws E as it says
         */
        T run() throws E;
    }

    /**
     * Begins.
     *
     * @param refusal the message for calls after the end
     * @param free frees the memory; called once
     */
    public Lifetime(String refusal, Runnable free) {
        this(refusal, free, ThreadTeam.adaptive());
    }

    /**
     * Begins.
     *
     * @param refusal the message for calls after the end
     * @param free frees the memory; called once
     * @param team computes the calls
     */
    public Lifetime(String refusal, Runnable free, ThreadTeam team) {
        this.refusal = refusal;
        this.free = free;
        this.team = team;
    }

    /**
     * Runs a call during which the memory stays.
     *
     * @param <T> what it gives
     * @param <E> what it throws
     * @param work the call
     * @return its result
     * @throws E what the call throws
     * @throws IllegalStateException if this is closed and the thread is not inside already
     */
    public <T, E extends Exception> T during(Work<T, E> work) throws E {
        enter();
        try {
            return team.during(work);
        } finally {
            leave();
        }
    }

    private synchronized void enter() {
        Thread caller = Thread.currentThread();
        if (closed && !inside.containsKey(caller)) {
            throw new IllegalStateException(refusal);
        }
        inside.merge(caller, 1, Integer::sum);
    }

    private void leave() {
        boolean last;
        synchronized (this) {
            inside.computeIfPresent(
                    Thread.currentThread(), (caller, depth) -> depth == 1 ? null : depth - 1);
            last = closed && inside.isEmpty();
        }
        if (last) {
            free.run();
        }
    }

    /**
     * Returns whether it has not been closed.
     *
     * @return false also while calls from before are still running
     */
    public synchronized boolean isOpen() {
        return !closed;
    }

    /** Returns at once. Closing again does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (!inside.isEmpty()) {
                return; // The last to leave frees.
            }
        }
        free.run();
    }
}
