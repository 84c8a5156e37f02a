package org.soda4j.engine;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the engine's native library from writing warnings past SLF4J. On processors that its NNPACK
 * does not know it writes a line for each small convolution: those of a single image, and 1 x 1
 * ones of batches below 16 on one thread. The operators of this library go around it.
 */
@Internal
public final class NativeLogging {

    private static final Logger LOGGER = LoggerFactory.getLogger(NativeLogging.class);

    /** PyTorch's variable for this, which its library reads when started from Python only. */
    private static final String VARIABLE = "TORCH_CPP_LOG_LEVEL";

    private static final String LEVEL = "FLAGS_caffe2_log_level";
    private static final int ERROR = 2;

    /** To open a library, which is loaded already, without giving its names to all others. */
    static final int LOCAL = 1; // RTLD_LAZY

    private NativeLogging() {}

    /**
     * For the whole process, once the engine is loaded: errors only, unless the environment names a
     * level.
     */
    public static void errorsOnly() {
        PyTorchEngine.whenLoaded(NativeLogging::setErrorsOnly);
    }

    private static void setErrorsOnly() {
        Path library = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("c10"));
        if (System.getenv(VARIABLE) != null || !Files.exists(library)) {
            return;
        }
        try {
            NativeLibrary.getInstance(library.toString(), Map.of(Library.OPTION_OPEN_FLAGS, LOCAL))
                    .getGlobalVariableAddress(LEVEL)
                    .setInt(0, ERROR);
        } catch (UnsatisfiedLinkError e) {
            LOGGER.debug("the engine's native warnings stay", e);
        }
    }
}
