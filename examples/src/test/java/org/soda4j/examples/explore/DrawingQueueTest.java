package org.soda4j.examples.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrawingQueueTest {

    private final DrawingQueue queue = new DrawingQueue();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        queue.close();
    }

    private static DrawingQueue.News next(DrawingQueue.Ticket ticket) throws InterruptedException {
        return ticket.next(1, TimeUnit.MINUTES).orElseThrow();
    }

    /** Draws two steps, the second after {@link #end}. */
    private byte[] twoSteps(ExploreModel.Progress progress) {
        progress.step(1, 2);
        begun.countDown();
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        progress.step(2, 2);
        return new byte[] {7};
    }

    @Test
    void newsComeInTheirOrder() throws Exception {
        DrawingQueue.Ticket ticket = queue.submit(this::twoSteps);
        end.countDown();
        assertThat(next(ticket).step()).isEqualTo(1);
        assertThat(next(ticket).step()).isEqualTo(2);
        assertThat(next(ticket).picture()).containsExactly(7);
        DrawingQueue.Ticket failing =
                queue.submit(
                        progress -> {
                            throw new IllegalStateException("no");
                        });
        assertThat(next(failing).failure()).hasMessage("no");
        assertThat(queue.stopped()).isZero();
    }

    @Test
    void theQueueIsBoundedAndGivesUpWhatNobodyWants() throws Exception {
        DrawingQueue.Ticket drawn = queue.submit(this::twoSteps);
        begun.await();
        List<DrawingQueue.Ticket> waiting = new ArrayList<>();
        for (int i = 0; i < DrawingQueue.MOST_WAITING; i++) {
            byte[] picture = {(byte) i};
            waiting.add(queue.submit(progress -> picture));
            assertThat(waiting.get(i).before()).isEqualTo(i + 1);
        }
        assertThatThrownBy(() -> queue.submit(progress -> new byte[0]))
                .isInstanceOf(RejectedExecutionException.class);
        waiting.get(3).cancel();
        assertThat(waiting.get(4).before()).isEqualTo(4);
        waiting.add(queue.submit(progress -> new byte[] {8}));
        drawn.cancel();
        end.countDown();
        assertThat(next(drawn).step()).isEqualTo(1);
        assertThat(next(drawn).failure()).isInstanceOf(CancellationException.class);
        assertThat(next(waiting.get(8)).picture()).containsExactly(8);
        assertThat(next(waiting.get(0)).picture()).containsExactly(0);
        assertThat(queue.stopped()).isEqualTo(2);
    }

    @Test
    void closingEndsTheDrawingAtItsNextStep() throws Exception {
        DrawingQueue.Ticket drawn = queue.submit(this::twoSteps);
        begun.await();
        queue.close();
        end.countDown();
        next(drawn);
        assertThat(next(drawn).failure()).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> queue.submit(progress -> new byte[0]))
                .isInstanceOf(RejectedExecutionException.class);
    }
}
