package org.soda4j;

import java.util.concurrent.Callable;
import org.soda4j.engine.NativeAllocator;
import org.soda4j.engine.NativeLogging;

/**
 * Settings of the whole process, which the library does not touch by itself: they belong to the
 * application. A program that does little else than train gains from them, so that those of this
 * project begin with
 *
 * <pre>{@code
 * ProcessSettings.nativeErrorsOnly();
 * ProcessSettings.callKeepingMemory(() -> train());
 * }</pre>
 *
 * <p>Each lasts as long as the process. Calling it again does nothing more. {@link
 * #keepFreedMemory} and {@link #nativeErrorsOnly} take effect at once if the engine is loaded, else
 * when it is.
 */
public final class ProcessSettings {

    private ProcessSettings() {}

    /**
     * Tells glibc's allocator to keep what is freed for the next feature map: one arena for new
     * threads, nothing mapped, never trimmed. A training step on a CPU takes about a tenth less
     * time then, and encoding in batches up to two thirds less; memory that the process had at its
     * peak stays with it, and native code of others that allocates from many threads may wait for
     * another's allocation. Where the C library is not glibc, or the system property {@code
     * org.soda4j.allocator} is {@code system}, nothing is done.
     */
    public static void keepFreedMemory() {
        NativeAllocator.keepFreedMemory();
    }

    /**
     * Does {@link #keepFreedMemory} at once and runs something on a thread for which blocks of any
     * size are kept. On the JVM's other threads glibc gives those above 64 MB back whatever it is
     * told, and float32 feature maps of 64 images of 64 x 64 pixels are larger: the preset {@code
     * minutes-64} trains six times as fast on such a thread. Where nothing is done to the
     * allocator, it runs on the calling thread.
     *
     * @param work to do; what threads it starts does not matter
     * @param <T> what it returns
     * @return what it returned
     * @throws Exception that it threw
     * @throws InterruptedException if the calling thread was interrupted meanwhile; the work goes
     *     on
     */
    public static <T> T callKeepingMemory(Callable<T> work) throws Exception {
        return NativeAllocator.callKeepingMemory(work);
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
