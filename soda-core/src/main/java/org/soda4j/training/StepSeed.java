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

    static long of(long seed, Use use, long step) {
        long mixed = new SplittableRandom(seed + 0x632BE59BD9B4E019L * use.ordinal()).nextLong();
        return new SplittableRandom(mixed + step).nextLong();
    }
}
