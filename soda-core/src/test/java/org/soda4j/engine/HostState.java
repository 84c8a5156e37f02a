package org.soda4j.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.NativeLibrary;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a process has as a whole, and what this thread has for all its code. The process needs
 * {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 */
final class HostState {

    private HostState() {}

    /** Name to value. */
    static Map<String, String> read() throws ReflectiveOperationException {
        Map<String, String> state = new TreeMap<>();
        System.getProperties().forEach((key, value) -> state.put("property " + key, "" + value));
        state.put("locale", Locale.getDefault().toString());
        state.put("time zone", TimeZone.getDefault().getID());
        state.put("uncaught", "" + Thread.getDefaultUncaughtExceptionHandler());
        state.put("threads", threads());
        state.put("shutdown hooks", shutdownHooks());
        state.put("allocator", NativeAllocator.isSet() ? "set" : "as it was");
        state.put("native log level", "" + nativeLogLevel());
        state.put("graph optimiser", "" + GraphOptimizer.isOn());
        state.put("records gradients", "" + JniUtils.isGradMode());
        state.put("engine threads", "" + JniUtils.getNumThreads());
        state.put("engine threads between", "" + JniUtils.getNumInteropThreads());
        return state;
    }

    /** The engine's next random numbers, which takes them. */
    static String randomNumbers() {
        try (NDManager manager = PyTorchEngine.require().newBaseManager(Device.cpu())) {
            return Arrays.toString(manager.randomNormal(new Shape(4)).toFloatArray());
        }
    }

    private static String threads() {
        TreeSet<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!thread.isDaemon()) {
                names.add(thread.getName());
            }
        }
        return names.toString();
    }

    private static String shutdownHooks() throws ReflectiveOperationException {
        Field field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        field.setAccessible(true);
        TreeSet<String> names = new TreeSet<>();
        for (Object hook : ((Map<?, ?>) field.get(null)).keySet()) {
            names.add(((Thread) hook).getName());
        }
        return names.toString();
    }

    private static int nativeLogLevel() {
        Path library = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("c10"));
        return NativeLibrary.getInstance(library.toString())
                .getGlobalVariableAddress("FLAGS_caffe2_log_level")
                .getInt(0);
    }
}
