package org.soda4j.distributed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of the other ranks on this machine, so that who waits for one that has died notices
 * at once. Those on other machines are left to {@code mpirun}.
 */
final class LocalPeers {

    private static final Logger LOGGER = LoggerFactory.getLogger(LocalPeers.class);

    private final Map<Integer, ProcessHandle> processes;

    private LocalPeers(Map<Integer, ProcessHandle> processes) {
        this.processes = processes;
    }

    static LocalPeers none() {
        return new LocalPeers(Map.of());
    }

    /**
     * Makes the ranks known to each other.
     *
     * @param sum the sum of these numbers over all ranks
     */
    static LocalPeers exchange(int rank, int size, UnaryOperator<long[]> sum) {
        long[] all = new long[2 * size];
        all[2 * rank] = machine();
        all[2 * rank + 1] = ProcessHandle.current().pid();
        all = sum.apply(all);
        Map<Integer, ProcessHandle> processes = new TreeMap<>();
        for (int other = 0; other < size; other++) {
            if (other != rank && all[2 * other] == all[2 * rank] && all[2 * rank] != 0) {
                int peer = other;
                ProcessHandle.of(all[2 * other + 1])
                        .ifPresent(process -> processes.put(peer, process));
            }
        }
        return new LocalPeers(processes);
    }

    /** The same for processes that see each other's numbers; 0 if that is unknown. */
    private static long machine() {
        try {
            String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
            String numbers = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return (long) boot.hashCode() << 32 | numbers.hashCode() & 0xFFFFFFFFL;
        } catch (IOException | UnsupportedOperationException e) {
            LOGGER.debug("this machine cannot be told from others", e);
            return 0;
        }
    }

    /** A rank whose process is stopped, as by SIGSTOP or a debugger, if that can be told. */
    Optional<String> stopped() {
        return processes.entrySet().stream()
                .filter(peer -> isStopped(peer.getValue().pid()))
                .findFirst()
                .map(
                        peer ->
                                "rank %d (process %d) is stopped (SIGSTOP, SIGTSTP or a debugger; kill -CONT %d lets it go on)"
                                        .formatted(
                                                peer.getKey(),
                                                peer.getValue().pid(),
                                                peer.getValue().pid()));
    }

    /** The state follows the program's name, which may have brackets itself. */
    private static boolean isStopped(long process) {
        try {
            String stat =
                    new String(
                            Files.readAllBytes(Path.of("/proc", Long.toString(process), "stat")),
                            StandardCharsets.ISO_8859_1);
            int state = stat.lastIndexOf(')') + 2;
            return state < stat.length() && "Tt".indexOf(stat.charAt(state)) >= 0;
        } catch (IOException e) {
            LOGGER.trace("the state of process {} is not known", process, e);
            return false;
        }
    }

    /** A rank whose process has ended, if there is one. */
    Optional<String> ended() {
        return processes.entrySet().stream()
                .filter(peer -> !peer.getValue().isAlive())
                .findFirst()
                .map(
                        peer ->
                                "rank %d (process %d) has ended"
                                        .formatted(peer.getKey(), peer.getValue().pid()));
    }
}
