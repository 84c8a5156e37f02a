package org.soda4j.training;

import java.util.SplittableRandom;

/** Seeds that depend on the training's seed, the purpose and the step alone. */
final class StepSeed {

    /** What a seed is for, so that two purposes never share numbers. */
    enum Use {
        DRAW,
        ENGINE,
        LOADER
    }

    private StepSeed() {}

    /** The seed of a rank, whose noise and masks are its own; rank 0 has the training's. */
    static long ofRank(long seed, int rank) {
        return rank == 0 ? seed : new SplittableRandom(seed + rank).nextLong();
    }

    static long of(long seed, Use use, long step) {
        long mixed = new SplittableRandom(seed + 0x632BE59BD9B4E019L * use.ordinal()).nextLong();
        return new SplittableRandom(mixed + step).nextLong();
    }
}
