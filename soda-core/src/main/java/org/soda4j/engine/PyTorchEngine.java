package org.soda4j.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;

/** The one engine that the operators run on. */
@Internal
public final class PyTorchEngine {

    private static final String NAME = "PyTorch";

    /** What is to be done once the engine is loaded; guarded by itself. */
    private static final List<Runnable> WAITING = new ArrayList<>();

    private static boolean loaded;

    private PyTorchEngine() {}

    /**
     * Returns DJL's PyTorch engine, whatever DJL's default engine is.
     *
     * @return the engine
     * @throws IllegalStateException if it is not on the class path
     */
    public static Engine require() {
        if (!Engine.hasEngine(NAME)) {
            throw new IllegalStateException(
                    "expected DJL's engine PyTorch, found "
                            + Engine.getAllEngines()
                            + "; put ai.djl.pytorch:pytorch-engine on the class path");
        }
        Engine engine = Engine.getEngine(NAME);
        synchronized (WAITING) {
            loaded = true;
            WAITING.forEach(Runnable::run);
            WAITING.clear();
        }
        return engine;
    }

    /**
     * Returns how many threads an operator of this process runs on.
     *
     * @return at least 1
     */
    public static int threads() {
        return JniUtils.getNumThreads();
    }

    /** Does something at once if the engine is loaded, else when it is. */
    static void whenLoaded(Runnable work) {
        synchronized (WAITING) {
            if (!loaded) {
                WAITING.add(work);
                return;
            }
        }
        work.run();
    }

    /**
     * Refuses an array of another engine.
     *
     * @param what what the array is, for the message
     * @param array the array
     * @throws IllegalArgumentException if its engine is not PyTorch
     */
    public static void requireArray(String what, NDArray array) {
        if (!(array instanceof PtNDArray)) {
            throw new IllegalArgumentException(
                    "expected %s of DJL's engine PyTorch, found an array of %s; create it with NDManager.newBaseManager(device, \"PyTorch\")"
                            .formatted(what, engineName(array)));
        }
    }

    private static String engineName(NDArray array) {
        if (array == null) {
            return "nothing (null)";
        }
        NDManager manager = array.getManager();
        return manager == null || manager.getEngine() == null
                ? array.getClass().getSimpleName()
                : manager.getEngine().getEngineName();
    }
}
