package org.soda4j.engine;

import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OpenMP library that the engine brings with it. Its number of threads belongs to each thread;
 * DJL's setter also changes what threads begin with that come later, of the whole process.
 */
final class OpenMp {

    private static final Logger LOGGER = LoggerFactory.getLogger(OpenMp.class);

    private static final boolean SETTABLE = register();

    private OpenMp() {}

    private static native void omp_set_num_threads(int threads);

    private static boolean register() {
        PyTorchEngine.require();
        try {
            Optional<Path> library = library(Path.of(LibUtils.getLibtorchPath()));
            if (library.isEmpty()) {
                LOGGER.debug("the engine has no OpenMP library of its own");
                return false;
            }
            Map<String, Object> options = Map.of(Library.OPTION_OPEN_FLAGS, NativeLogging.LOCAL);
            Native.register(
                    OpenMp.class, NativeLibrary.getInstance(library.get().toString(), options));
            return true;
        } catch (IOException | UnsatisfiedLinkError e) {
            LOGGER.debug("the number of threads stays as it is", e);
            return false;
        }
    }

    /** GNU's, Intel's or LLVM's. */
    private static Optional<Path> library(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            f -> f.getFileName().toString().matches("(lib)?[gi]?omp[-0-9.md].*"))
                    .sorted()
                    .findFirst();
        }
    }

    /** Whether {@link #setThreads} changes the calling thread alone. */
    static boolean isSettable() {
        return SETTABLE;
    }

    /**
     * For what the calling thread computes from now on, after it has computed something; where the
     * library is not found, by DJL's setter.
     */
    static void setThreads(int threads) {
        if (SETTABLE) {
            omp_set_num_threads(threads);
        } else {
            JniUtils.setNumThreads(threads);
        }
    }
}
