package org.soda4j.engine;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the engine's native library from writing warnings past SLF4J. On processors that its NNPACK
 * does not know it writes a line for each convolution of a small batch on one thread.
 */
final class NativeLogging {

    private static final Logger LOGGER = LoggerFactory.getLogger(NativeLogging.class);

    /** PyTorch's variable for this, which its library reads when started from Python only. */
    private static final String VARIABLE = "TORCH_CPP_LOG_LEVEL";

    private static final String LEVEL = "FLAGS_caffe2_log_level";
    private static final int ERROR = 2;

    private NativeLogging() {}

    /** Errors only, unless the environment names a level. The engine must have been loaded. */
    static void errorsOnly() {
        Path library = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("c10"));
        if (System.getenv(VARIABLE) != null || !Files.exists(library)) {
            return;
        }
        try {
            NativeLibrary.getInstance(library.toString())
                    .getGlobalVariableAddress(LEVEL)
                    .setInt(0, ERROR);
        } catch (UnsatisfiedLinkError e) {
            LOGGER.debug("the engine's native warnings stay", e);
        }
    }
}
