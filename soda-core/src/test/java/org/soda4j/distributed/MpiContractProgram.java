package org.soda4j.distributed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.time.Duration;

/** One rank of {@link MpiCollectiveTest}. */
final class MpiContractProgram {

    private MpiContractProgram() {}

    public static void main(String[] args) throws InterruptedException {
        try (MpiCollective ranks = MpiCollective.open(Duration.ofMillis(Long.parseLong(args[1])));
                NDManager manager = CollectiveContract.newManager()) {
            switch (args[0]) {
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
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
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
