package org.soda4j.compute;

import java.util.function.Supplier;
import org.soda4j.engine.Internal;
import org.soda4j.engine.ThreadTeam;

/** For computing without a model: as many threads as the machine has to spare. */
@Internal
public final class AdaptiveThreads {

    private AdaptiveThreads() {}

    /**
     * Runs something on the calling thread, whose operators take as many threads as are free.
     *
     * @param <T> what it gives
     * @param work is called once, at once
     * @return its result
     */
    public static <T> T during(Supplier<T> work) {
        return ThreadTeam.adaptive().<T, RuntimeException>during(work::get);
    }

    /** Looks again how many are free; between the steps of long work. */
    public static void adjust() {
        ThreadTeam.adjust();
    }
}
