package org.soda4j.distributed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** One rank of {@link MpiCollectiveTest}. */
final class MpiContractProgram {

    private MpiContractProgram() {}

    public static void main(String[] args) throws Exception {
        rank(args);
        if (args[0].equals("collected")) {
            System.out.println("mapped: " + isMappedAfterCollection());
        }
    }

    /** Nothing refers to the collective any more; its threads and this one used the library. */
    private static boolean isMappedAfterCollection() throws IOException {
        boolean mapped = true;
        for (int i = 0; i < 20 && mapped; i++) {
            System.gc();
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            mapped = Files.readString(Path.of("/proc/self/maps")).contains("libmpi.so");
        }
        return mapped;
    }

    private static void rank(String[] args) throws InterruptedException {
        try (MpiCollective ranks = MpiCollective.open(Duration.ofMillis(Long.parseLong(args[1])));
                NDManager manager = CollectiveContract.newManager()) {
            switch (args[0]) {
                case "collected" -> ranks.barrier();
                case "contract" -> contract(ranks, manager);
                case "abort" -> {
                    if (ranks.rank() == 1) {
                        ranks.abort("rank 1 has no more data");
                    }
                    ranks.barrier();
                }
                case "hang" -> {
                    if (ranks.rank() == 1) {
                        Thread.sleep(600_000);
                    }
                    ranks.sum(manager.ones(new Shape(5)));
                }
                case "die" -> die(ranks, manager);
                case "stop" -> {
                    if (ranks.rank() == 1) {
                        signal("-STOP");
                    }
                    ranks.sum(manager.ones(new Shape(5)));
                }
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    private static void signal(String signal) throws InterruptedException {
        try {
            String self = Long.toString(ProcessHandle.current().pid());
            new ProcessBuilder("kill", signal, self).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rank 1 is killed; rank 0 waits for it, and takes its time when it is asked to end. */
    private static void die(Collective ranks, NDManager manager) throws InterruptedException {
        if (ranks.rank() == 1) {
            Runtime.getRuntime().halt(137);
        }
        Thread slow = new Thread(() -> LockSupport.parkNanos(Duration.ofMinutes(10).toNanos()));
        Runtime.getRuntime().addShutdownHook(slow);
        ranks.sum(manager.ones(new Shape(5)));
    }

    private static void contract(Collective ranks, NDManager manager) {
        CollectiveContract.checks()
                .forEach(
                        (name, check) -> {
                            boolean passed = true;
                            try {
                                check.accept(ranks, manager);
                            } catch (RuntimeException | AssertionError e) {
                                passed = false;
                                System.out.printf(
                                        "FAILED on rank %d: %s: %s%n", ranks.rank(), name, e);
                            }
                            NDArray failures =
                                    manager.create(new float[] {passed ? 0 : 1}).duplicate();
                            ranks.sum(failures);
                            if (ranks.rank() == 0 && failures.getFloat() == 0) {
                                System.out.println("PASSED: " + name);
                            }
                        });
    }
}
