package org.soda4j.nn;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the engine's native library from writing warnings past SLF4J, before it is loaded. On
 * processors that its NNPACK does not know it writes a line for each convolution of a small batch.
 */
final class NativeLogging {

    private static final Logger LOGGER = LoggerFactory.getLogger(NativeLogging.class);

    /** Read by libtorch when it is loaded. */
    private static final String LEVEL = "TORCH_CPP_LOG_LEVEL";

    private static final int KEEP_WHAT_IS_SET = 0;

    private NativeLogging() {}

    /** Errors only, unless the environment says otherwise; Unix only. */
    static void errorsOnly() {
        if (Platform.isWindows()) {
            return;
        }
        try {
            Function setenv = NativeLibrary.getInstance("c").getFunction("setenv");
            setenv.invokeInt(new Object[] {LEVEL, "ERROR", KEEP_WHAT_IS_SET});
        } catch (UnsatisfiedLinkError e) {
            LOGGER.debug("the engine's native warnings stay", e);
        }
    }
}
