package org.soda4j;

import org.soda4j.engine.NativeAllocator;
import org.soda4j.engine.NativeLogging;

/**
 * Settings of the whole process, which the library does not touch by itself: they belong to the
 * application. A program that does little else than train gains from them, so that those of this
 * project begin with
 *
 * <pre>{@code
 * ProcessSettings.keepFreedMemory();
 * ProcessSettings.nativeErrorsOnly();
 * }</pre>
 *
 * <p>Each takes effect at once if the engine is loaded, else when it is, and lasts as long as the
 * process. Calling it again does nothing more.
 */
public final class ProcessSettings {

    private ProcessSettings() {}

    /**
     * Tells glibc's allocator to keep what is freed for the next feature map: one arena, blocks up
     * to 32 MB from it, never trimmed. A training step on a CPU takes about a tenth less time then;
     * memory that the process had at its peak stays with it, and native code of others that
     * allocates from many threads may wait for another's allocation. Where the C library is not
     * glibc, or the system property {@code org.soda4j.allocator} is {@code system}, nothing is
     * done.
     */
    public static void keepFreedMemory() {
        NativeAllocator.keepFreedMemory();
    }

    /**
     * Keeps the engine's native library from writing warnings to standard error, by libtorch's flag
     * for that. This library causes none, but other blocks on the same engine may: on processors
     * that its NNPACK does not know, one line for each small convolution ("Could not initialize
     * NNPACK! Reason: Unsupported hardware."), which means nothing. Where the environment variable
     * {@code TORCH_CPP_LOG_LEVEL} is set, nothing is done.
     */
    public static void nativeErrorsOnly() {
        NativeLogging.errorsOnly();
    }
}
