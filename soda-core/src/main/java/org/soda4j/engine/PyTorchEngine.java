package org.soda4j.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.atomic.AtomicBoolean;

/** The one engine that the operators run on. */
@Internal
public final class PyTorchEngine {

    private static final String NAME = "PyTorch";

    private static final AtomicBoolean SET_UP = new AtomicBoolean();

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
        if (SET_UP.compareAndSet(false, true)) {
            NativeLogging.errorsOnly();
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
