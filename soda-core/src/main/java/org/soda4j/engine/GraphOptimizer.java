package org.soda4j.engine;

import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.FunctionMapper;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TorchScript's optimising executor, which each thread has switched on or off for all that it runs:
 * an application's own TorchScript models too, so that it is off only within calls of ours.
 */
final class GraphOptimizer {

    private static final Logger LOGGER = LoggerFactory.getLogger(GraphOptimizer.class);

    /** {@code torch::jit::getGraphExecutorOptimize()}; DJL has the setter only. */
    private static final String SYMBOL =
            Platform.isWindows()
                    ? "?getGraphExecutorOptimize@jit@torch@@YA_NXZ"
                    : "_ZN5torch3jit24getGraphExecutorOptimizeEv";

    private static final boolean READABLE = register();

    private GraphOptimizer() {}

    private static native byte isOnForThisThread();

    /** The engine must have been loaded. */
    private static boolean register() {
        FunctionMapper mapper = (library, method) -> SYMBOL;
        Path file = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cpu"));
        try {
            Native.register(
                    GraphOptimizer.class,
                    NativeLibrary.getInstance(
                            file.toString(),
                            Map.of(
                                    Library.OPTION_FUNCTION_MAPPER,
                                    mapper,
                                    Library.OPTION_OPEN_FLAGS,
                                    NativeLogging.LOCAL)));
            return true;
        } catch (UnsatisfiedLinkError e) {
            LOGGER.debug("the optimiser is taken to be on, as it is by default", e);
            return false;
        }
    }

    static boolean isOn() {
        return !READABLE || isOnForThisThread() != 0;
    }

    static void set(boolean on) {
        JniUtils.setGraphExecutorOptimize(on);
    }
}
