package org.soda4j.engine;

import com.sun.jna.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.soda4j.ProcessSettings;

/** Prints how many pages the system gave for blocks that were freed before. */
final class KeptMemoryProgram {

    private static final int BYTES = 80 << 20;
    private static final int MINOR_FAULTS = 7;

    private KeptMemoryProgram() {}

    public static void main(String[] args) throws Exception {
        System.out.println(ProcessSettings.callKeepingMemory(KeptMemoryProgram::faultsAgain));
    }

    /** The first blocks may be new; counts what the next three cost. */
    private static long faultsAgain() throws Exception {
        fillAndFree();
        fillAndFree();
        long before = faults();
        for (int i = 0; i < 3; i++) {
            fillAndFree();
        }
        return faults() - before;
    }

    private static void fillAndFree() {
        try (Memory block = new Memory(BYTES)) {
            block.setMemory(0, BYTES, (byte) 1);
        }
    }

    /** Of the whole process, after its name in brackets. */
    private static long faults() throws Exception {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[MINOR_FAULTS]);
    }
}
