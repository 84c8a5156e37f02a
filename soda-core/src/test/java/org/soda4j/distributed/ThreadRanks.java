package org.soda4j.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs ranks as threads of this process. */
final class ThreadRanks {

    /** What a rank does. */
    @FunctionalInterface
    interface Task {
        void run(int rank) throws Exception;
    }

    private ThreadRanks() {}

    static void run(int ranks, Task task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ranks);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int rank = 0; rank < ranks; rank++) {
                int own = rank;
                tasks.add(
                        () -> {
                            task.run(own);
                            return null;
                        });
            }
            for (Future<Void> future : threads.invokeAll(tasks, 300, TimeUnit.SECONDS)) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
