package org.soda4j.distributed;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a rank's operations one after another on a thread of its own, so that the caller can go on,
 * and so that whoever waits notices when the other ranks do not come.
 *
 * <p>Time is counted in slices of waiting, of which a process that is suspended as a whole loses
 * one at most: a paused job is not taken for one that hangs.
 */
final class CommunicationThread implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(CommunicationThread.class);
    private static final long SLICE_MILLIS = 50;

    /** After so many slices, again and again, it is looked whether a rank is stopped. */
    private static final int LOOK_SLICES = 20;

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread daemon = new Thread(task, "soda-collective");
                        daemon.setDaemon(true);
                        return daemon;
                    });
    private final Duration timeout;
    private final LocalPeers peers;
    private final Consumer<String> abort;

    /**
     * @param timeout of one operation, from the moment somebody waits for it
     * @param peers of which none may end while somebody waits
     * @param abort is told the reason when it is over; must not return
     */
    CommunicationThread(Duration timeout, LocalPeers peers, Consumer<String> abort) {
        this.timeout = timeout;
        this.peers = peers;
        this.abort = abort;
    }

    Collective.Pending start(String what, Runnable operation) {
        return start(what, operation, peers);
    }

    void run(String what, Runnable operation) {
        start(what, operation).await();
    }

    /**
     * The last operation, after which the others may end before this one notices that it is over.
     */
    void runLast(String what, Runnable operation) {
        start(what, operation, LocalPeers.none()).await();
    }

    private Collective.Pending start(String what, Runnable operation, LocalPeers watched) {
        Future<?> future = thread.submit(operation);
        return () -> await(what, future, watched);
    }

    private void await(String what, Future<?> future, LocalPeers watched) {
        boolean interrupted = false;
        boolean warned = false;
        try {
            long slices = Math.max(1, timeout.toMillis() / SLICE_MILLIS);
            long lookForStopped = slices - LOOK_SLICES;
            while (true) {
                try {
                    future.get(SLICE_MILLIS, TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    watched.ended().ifPresent(peer -> abort.accept(what + " waits, but " + peer));
                    if (--slices == 0) {
                        abort.accept(waitedTooLong(what, watched.stopped()));
                    }
                    if (slices == lookForStopped) {
                        lookForStopped -= LOOK_SLICES;
                        warned |= warnOfStopped(what, watched, warned);
                    }
                } catch (InterruptedException e) {
                    interrupted = true; // An operation cannot be called off; told afterwards.
                }
            }
        } catch (ExecutionException e) {
            throw new CollectiveException(what + " failed: " + e.getCause(), e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Once in a wait: whoever stopped it may let it go on. */
    private boolean warnOfStopped(String what, LocalPeers watched, boolean warned) {
        Optional<String> stopped = warned ? Optional.empty() : watched.stopped();
        stopped.ifPresent(
                peer ->
                        LOGGER.warn(
                                "{} waits: {}; the job is ended after {} s",
                                what,
                                peer,
                                timeout.toMillis() / 1000.0));
        return stopped.isPresent();
    }

    private String waitedTooLong(String what, Optional<String> stopped) {
        return what
                + " has waited "
                + timeout.toMillis() / 1000.0
                + " s for the other ranks; "
                + stopped.orElse(
                        "one of them hangs, or does something that takes longer"
                                + " (then set a longer timeout)");
    }

    /** After what was started; later operations are refused. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
