package org.soda4j.engine;

import com.sun.jna.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.soda4j.ProcessSettings;

/** Prints how many pages the system gave for blocks that were freed before. */
final class KeptMemoryProgram {

    private static final int BYTES = 80 << 20;
    private static final int MINOR_FAULTS = 7;

    private KeptMemoryProgram() {}

    /**
     * Begins on a thread of another arena than the main one, as the JVM's first thread often is.
     */
    public static void main(String[] args) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        for (int i = 0; i < 100 && !done.get(); i++) {
            Thread thread = new Thread(() -> done.set(printUnlessOnMainArena()));
            thread.start();
            thread.join();
        }
    }

    private static boolean printUnlessOnMainArena() {
        if (NativeAllocator.isOnMainArena()) {
            return false;
        }
        try {
            long faults = ProcessSettings.callKeepingMemory(KeptMemoryProgram::faultsAgain);
            System.out.println(faults);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return true;
    }

    /** The first blocks may be new; counts what the next six cost. */
    private static long faultsAgain() throws Exception {
        fillAndFree();
        fillAndFree();
        long before = faults();
        for (int i = 0; i < 3; i++) {
            fillAndFree();
        }
        return faults() - before;
    }

    /** Two at once: one of them lies at the heap's end, which is trimmed. */
    private static void fillAndFree() {
        try (Memory one = new Memory(BYTES);
                Memory other = new Memory(BYTES)) {
            one.setMemory(0, BYTES, (byte) 1);
            other.setMemory(0, BYTES, (byte) 1);
        }
    }

    /** Of the whole process, after its name in brackets. */
    private static long faults() throws Exception {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[MINOR_FAULTS]);
    }
}
