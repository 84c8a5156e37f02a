package org.soda4j.eval.spark;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.soda4j.Soda;

/**
 * The models of one executor JVM: one each, shared by its tasks, kept after a task for the next
 * one, and closed when another model is loaded while nobody uses it.
 */
final class ExecutorModels {

    private static final Map<String, Held> MODELS = new HashMap<>();
    private static int loaded;

    private ExecutorModels() {}

    private static final class Held {
        private final Soda soda;
        private int tasks;

        Held(Soda soda) {
            this.soda = soda;
        }
    }

    /** Returns the model, loading it for the first task; {@link #release} has to follow. */
    static synchronized Soda acquire(ModelFiles files) {
        Held held = MODELS.get(files.hash());
        if (held == null) {
            closeIdle();
            held = new Held(files.load());
            loaded++;
            MODELS.put(files.hash(), held);
        }
        held.tasks++;
        return held.soda;
    }

    static synchronized void release(ModelFiles files) {
        MODELS.get(files.hash()).tasks--;
    }

    /** How many models this JVM has loaded so far. */
    static synchronized int loaded() {
        return loaded;
    }

    private static void closeIdle() {
        for (Iterator<Held> all = MODELS.values().iterator(); all.hasNext(); ) {
            Held held = all.next();
            if (held.tasks == 0) {
                held.soda.close();
                all.remove();
            }
        }
    }
}
