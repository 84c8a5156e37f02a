package org.soda4j.engine;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the C library to keep freed memory for the next feature map. By default glibc gives blocks
 * of some megabytes back to the system at once, and every operator of a training step then waits
 * for zeroed pages: about a tenth of a step on CPUs.
 */
public final class NativeAllocator {

    private static final Logger LOGGER = LoggerFactory.getLogger(NativeAllocator.class);

    /** Set to {@code system} to leave the C library's settings alone. */
    private static final String PROPERTY = "org.soda4j.allocator";

    // The numbers of malloc.h.
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_TOP_PAD = -2;
    private static final int M_MMAP_THRESHOLD = -3;
    private static final int M_ARENA_MAX = -8;

    /** The largest that glibc takes. */
    private static final int LARGEST_MMAP_THRESHOLD = 32 << 20;

    private static volatile boolean set;

    private NativeAllocator() {}

    /** For the whole process, once the engine is loaded; anything but glibc is left alone. */
    public static void keepFreedMemory() {
        PyTorchEngine.whenLoaded(NativeAllocator::set);
    }

    /** Whether this process has been told. */
    static boolean isSet() {
        return set;
    }

    private static void set() {
        if (!Platform.isLinux() || "system".equals(System.getProperty(PROPERTY))) {
            return;
        }
        try {
            NativeLibrary c = NativeLibrary.getInstance("c");
            c.getFunction(
                    "gnu_get_libc_version"); // Other C libraries have no mallopt like glibc's.
            Function mallopt = c.getFunction("mallopt");
            set = true;
            boolean taken = set(mallopt, M_ARENA_MAX, 1);
            taken &= set(mallopt, M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD);
            taken &= set(mallopt, M_TRIM_THRESHOLD, Integer.MAX_VALUE);
            taken &= set(mallopt, M_TOP_PAD, 64 << 20);
            LOGGER.debug("glibc keeps freed memory: {}", taken);
        } catch (UnsatisfiedLinkError e) {
            LOGGER.debug("the C library is not glibc; its allocator is left alone", e);
        }
    }

    private static boolean set(Function mallopt, int parameter, int value) {
        return mallopt.invokeInt(new Object[] {parameter, value}) == 1;
    }
}
