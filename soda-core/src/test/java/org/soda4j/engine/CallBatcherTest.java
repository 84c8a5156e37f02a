package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.AbstractQueuedSynchronizer.ConditionObject;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls of several threads are computed together, and each gets its own result or failure. */
class CallBatcherTest {

    private static final int BAD = -1;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private List<Integer> squares(List<Integer> inputs) {
        sizes.add(inputs.size());
        if (inputs.contains(BAD)) {
            throw new IllegalArgumentException("bad");
        }
        return inputs.stream().map(i -> i * i).toList();
    }

    @Test
    void whatComesWhileABatchIsComputedIsTheNext() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CallBatcher<Integer> batcher =
                new CallBatcher<>(
                        4,
                        Duration.ZERO,
                        inputs -> {
                            first.countDown();
                            await(go);
                            return squares(inputs);
                        });
        List<Future<Integer>> results = new ArrayList<>();
        results.add(threads.submit(() -> batcher.call(0)));
        await(first);
        CountDownLatch queued = new CountDownLatch(6);
        for (int i = 1; i <= 6; i++) {
            int n = i;
            results.add(
                    threads.submit(
                            () -> {
                                queued.countDown();
                                return batcher.call(n);
                            }));
        }
        await(queued);
        go.countDown();
        for (int i = 0; i <= 6; i++) {
            assertThat(results.get(i).get()).isEqualTo(i * i);
        }
        assertThat(sizes).startsWith(1).allMatch(n -> n <= 4);
        assertThat(sizes.stream().mapToInt(n -> n).sum()).isEqualTo(7);
    }

    @Test
    void theFirstWaitsForOthersUntilTheBatchIsFull() throws Exception {
        CallBatcher<Integer> batcher = new CallBatcher<>(3, Duration.ofMinutes(10), this::squares);
        List<Future<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int n = i;
            results.add(threads.submit(() -> batcher.call(n)));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(results.get(i).get()).isEqualTo(i * i);
        }
        assertThat(sizes).containsExactly(3);
    }

    @Test
    void aFailureIsItsOwnCallersAlone() throws Exception {
        CallBatcher<Integer> batcher = new CallBatcher<>(2, Duration.ofMinutes(10), this::squares);
        Future<Integer> good = threads.submit(() -> batcher.call(5));
        Future<Integer> bad = threads.submit(() -> batcher.call(BAD));
        assertThat(good.get()).isEqualTo(25);
        assertThatThrownBy(bad::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bad");
        assertThat(sizes).containsExactly(2, 1, 1);
    }

    @Test
    void anErrorLeavesNobodyWaiting() throws Exception {
        CallBatcher<Integer> batcher =
                new CallBatcher<>(
                        2,
                        Duration.ofMinutes(10),
                        inputs -> {
                            throw new StackOverflowError("deep");
                        });
        List<Future<Integer>> both =
                List.of(
                        threads.submit(() -> batcher.call(1)),
                        threads.submit(() -> batcher.call(2)));
        List<String> causes = new ArrayList<>();
        for (Future<Integer> one : both) {
            try {
                one.get(1, TimeUnit.MINUTES);
            } catch (ExecutionException e) {
                causes.add(e.getCause().getClass().getSimpleName());
            }
        }
        assertThat(causes).containsExactlyInAnyOrder("StackOverflowError", "IllegalStateException");
    }

    @Test
    void anInterruptedCallerComputesAndStaysInterrupted() {
        CallBatcher<Integer> batcher = new CallBatcher<>(2, Duration.ofMinutes(10), this::squares);
        Thread.currentThread().interrupt();
        assertThat(batcher.call(3)).isEqualTo(9);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    @Timeout(60)
    void laterBatchesWaitForAsManyAsThereWere() throws Exception {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CallBatcher<Integer> batcher =
                new CallBatcher<>(
                        8,
                        Duration.ofMinutes(10),
                        inputs -> {
                            boolean interrupted = Thread.interrupted();
                            computing.countDown();
                            await(go);
                            if (interrupted) {
                                Thread.currentThread().interrupt();
                            }
                            return squares(inputs);
                        });
        Thread first =
                new Thread(
                        () -> {
                            Thread.currentThread().interrupt(); // It does not wait for eight.
                            batcher.call(1);
                            assertThat(Thread.interrupted()).isTrue();
                            batcher.call(2);
                        });
        List<Thread> others = List.of(caller(batcher, 3), caller(batcher, 4));
        first.start();
        await(computing);
        others.forEach(Thread::start);
        others.forEach(CallBatcherTest::awaitWaiting);
        go.countDown();
        first.join();
        for (Thread other : others) {
            other.join();
        }
        // The first has seen the other two, who waited for it.
        assertThat(sizes).containsExactly(1, 3);
        Thread last = caller(batcher, 5);
        last.start(); // Waits for three,
        List<Thread> more = List.of(caller(batcher, 6), caller(batcher, 7));
        more.forEach(Thread::start); // who come.
        last.join();
        assertThat(sizes).containsExactly(1, 3, 3);
    }

    private static Thread caller(CallBatcher<Integer> batcher, int input) {
        return new Thread(() -> batcher.call(input));
    }

    /** For another's batch to end, not for the lock. */
    private static void awaitWaiting(Thread thread) {
        while (!(LockSupport.getBlocker(thread) instanceof ConditionObject)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void refusesSizesThatMeanNothing() {
        assertThatThrownBy(() -> new CallBatcher<Integer>(0, Duration.ZERO, this::squares))
                .hasMessageContaining("expected at least 1, found 0");
        assertThatThrownBy(() -> new CallBatcher<Integer>(1, Duration.ofMillis(-1), this::squares))
                .hasMessageContaining("deadline");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
