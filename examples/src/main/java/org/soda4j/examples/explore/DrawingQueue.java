package org.soda4j.examples.explore;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one queue of drawings: one at a time has the model, in a thread of its own, some wait, and
 * more are refused. Who asked for one hears of it through its ticket, and never keeps it up.
 */
final class DrawingQueue implements AutoCloseable {

    /** Beside the one that is drawn. */
    static final int MOST_WAITING = 8;

    private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, waiting, DrawingQueue::newThread);
    private final AtomicInteger stopped = new AtomicInteger();
    private volatile boolean closed;

    private static Thread newThread(Runnable work) {
        Thread made = new Thread(work, "drawing");
        made.setDaemon(true);
        return made;
    }

    /** Something to draw. */
    @FunctionalInterface
    interface Drawing {
        /** Draws; what {@code progress} throws is to end it. */
        byte[] draw(ExploreModel.Progress progress);
    }

    /** What is heard of a drawing: steps, then the picture or why there is none. */
    record News(int step, int count, byte[] picture, RuntimeException failure) {}

    /**
     * Takes a drawing up.
     *
     * @return to hear of it by; to be cancelled where nobody listens any more
     * @throws RejectedExecutionException if too many wait already
     */
    Ticket submit(Drawing drawing) {
        Ticket ticket = new Ticket(drawing);
        thread.execute(ticket);
        return ticket;
    }

    /** How many drawings were ended in their middle, or before they began. */
    int stopped() {
        return stopped.get();
    }

    /** Ends the drawing at work at its next step, and those that wait. */
    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
    }

    /** A drawing in the queue or at work. */
    final class Ticket implements Runnable {

        private final Drawing drawing;
        private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
        private volatile boolean cancelled;

        private Ticket(Drawing drawing) {
            this.drawing = drawing;
        }

        @Override
        public void run() {
            try {
                requireWanted();
                byte[] picture =
                        drawing.draw(
                                (step, count) -> {
                                    requireWanted();
                                    news.add(new News(step, count, null, null));
                                });
                news.add(new News(0, 0, picture, null));
            } catch (CancellationException e) {
                stopped.incrementAndGet();
                news.add(new News(0, 0, null, e));
            } catch (RuntimeException e) {
                news.add(new News(0, 0, null, e));
            }
        }

        private void requireWanted() {
            if (cancelled || closed) {
                throw new CancellationException("the drawing was given up");
            }
        }

        /** The next news, or nothing if there is none in this time. */
        Optional<News> next(long timeout, TimeUnit unit) throws InterruptedException {
            return Optional.ofNullable(news.poll(timeout, unit));
        }

        /** How many are drawn before this one is; 0 for one that is at work or done. */
        int before() {
            int place = 0;
            for (Runnable other : waiting) {
                place++;
                if (other == this) {
                    return place;
                }
            }
            return 0;
        }

        /** Nobody listens any more: it does not begin, or ends at its next step. */
        void cancel() {
            cancelled = true;
            if (thread.remove(this)) {
                stopped.incrementAndGet();
            }
        }
    }
}
