package org.soda4j.training.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Map;

/** A process that resumes and then saves without end, until it is killed. */
final class KilledSaver {

    static final int FLOATS = 1 << 17;

    private KilledSaver() {}

    /** Says "ready", then "saved N" after each save has returned. */
    public static void main(String[] args) {
        try (NDManager manager = NDManager.newBaseManager()) {
            CheckpointStore store = CheckpointStore.open(Path.of(args[0]), new Retention(3, 5));
            long step = store.newestValid().map(Checkpoint::step).orElse(0L);
            say("ready " + step);
            while (true) {
                step++;
                try (NDManager scope = manager.newSubManager()) {
                    NDArray array = scope.full(new Shape(FLOATS), step);
                    Map<String, NDArray> arrays = Map.of("weight", array);
                    Map<String, Map<String, NDArray>> groups =
                            Map.of("model", arrays, "ema", arrays, "optimizer", arrays);
                    store.save(step, groups, Map.of("step", step));
                    if (step % 2 == 0) {
                        store.save(step, groups, Map.of("step", step));
                    }
                }
                say("saved " + step);
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
