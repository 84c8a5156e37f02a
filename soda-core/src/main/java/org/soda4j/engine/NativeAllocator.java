package org.soda4j.engine;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the C library to keep freed memory for the next feature map. By default glibc gives blocks
 * of some megabytes back to the system at once, and every operator then waits for zeroed pages:
 * from a tenth of a step on CPUs to two thirds of it, where feature maps have more than 32 MB.
 */
@Internal
public final class NativeAllocator {

    private static final Logger LOGGER = LoggerFactory.getLogger(NativeAllocator.class);

    /** Set to {@code system} to leave the C library's settings alone. */
    private static final String PROPERTY = "org.soda4j.allocator";

    // The numbers of malloc.h.
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_TOP_PAD = -2;
    private static final int M_MMAP_MAX = -4;
    private static final int M_ARENA_MAX = -8;

    /** Keeps the top of the heap whatever its size. */
    private static final int NEVER = -1;

    /** glibc has at most eight for each processor; what is left over is tried in vain. */
    private static final int MOST_ARENAS = 64;

    private static volatile boolean set;

    private NativeAllocator() {}

    /** For the whole process, once the engine is loaded; anything but glibc is left alone. */
    public static void keepFreedMemory() {
        PyTorchEngine.whenLoaded(NativeAllocator::set);
    }

    /**
     * The same at once, and calls on a thread of the heap that grows without end. A thread of
     * another arena of glibc, as the JVM's first thread is, maps blocks above 64 MB, whatever the
     * settings are, and gives them back when they are freed.
     *
     * @return what the call returns
     * @throws Exception that the call throws
     */
    public static <T> T callKeepingMemory(Callable<T> call) throws Exception {
        set();
        FutureTask<T> task = new FutureTask<>(call);
        if (set) {
            startOnMainArena(task, MOST_ARENAS);
        } else {
            task.run();
        }
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }

    /**
     * New threads get the arenas in turn, so that one of the first gets the main arena. Those
     * before it stay until it has ended, or the next would get an arena that they left.
     */
    private static Thread startOnMainArena(FutureTask<?> task, int tries) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                if (tries > 0 && !isOnMainArena()) {
                                    join(startOnMainArena(task, tries - 1));
                                }
                            } finally {
                                task.run(); // Does nothing if another thread has run it.
                            }
                        },
                        "soda4j");
        thread.start();
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody knows this thread", e);
        }
    }

    /** The main arena lies below the program break, others where files are mapped, above it. */
    static boolean isOnMainArena() {
        NativeLibrary c = NativeLibrary.getInstance("c");
        Pointer block = c.getFunction("malloc").invokePointer(new Object[] {new NativeLong(4096)});
        try {
            Pointer end = c.getFunction("sbrk").invokePointer(new Object[] {new NativeLong(0)});
            return Long.compareUnsigned(Pointer.nativeValue(block), Pointer.nativeValue(end)) < 0;
        } finally {
            c.getFunction("free").invokeVoid(new Object[] {block});
        }
    }

    /** Whether this process has been told. */
    static boolean isSet() {
        return set;
    }

    private static synchronized void set() {
        if (set || !Platform.isLinux() || "system".equals(System.getProperty(PROPERTY))) {
            return;
        }
        try {
            NativeLibrary c = NativeLibrary.getInstance("c");
            c.getFunction(
                    "gnu_get_libc_version"); // Other C libraries have no mallopt like glibc's.
            Function mallopt = c.getFunction("mallopt");
            set = true;
            boolean taken = set(mallopt, M_ARENA_MAX, 1);
            taken &= set(mallopt, M_MMAP_MAX, 0); // A mapped block goes back when it is freed.
            taken &= set(mallopt, M_TRIM_THRESHOLD, NEVER);
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
