package org.soda4j.examples.doctor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a process ended, as its exit code and the report of a crashed JVM tell.
 *
 * @param signal the name of a signal, or the exit code
 * @param where the library and function of a crash, or the last line printed; may be empty
 */
record Ending(String signal, String where) {

    private static final int SIGNALS = 128;

    private static final Map<Integer, String> NAMES =
            Map.of(
                    4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11,
                    "SIGSEGV", 15, "SIGTERM");

    /** As in {@code # SIGFPE (0x8) at pc=0x00007f12, pid=1, tid=2}. */
    private static final Pattern SIGNAL = Pattern.compile("#\\s+(\\w+) \\(0x[0-9a-f]+\\) at pc=.*");

    /** As in {@code # C [libtorch_cpu.so+0x5c] name+0x12}. */
    private static final Pattern FRAME = Pattern.compile("# [CVvJj]\\s+(.*)");

    static Ending of(int code, Collection<String> lines) {
        String signal = code > SIGNALS ? NAMES.getOrDefault(code - SIGNALS, "") : "";
        if (signal.isEmpty()) {
            signal = "exit code " + code;
        }
        String where = null;
        for (String line : lines) {
            Matcher found = SIGNAL.matcher(line);
            if (found.matches()) {
                signal = found.group(1); // The JVM itself ends by SIGABRT after its report.
            }
            found = FRAME.matcher(line);
            if (found.matches() && where == null) {
                where = found.group(1).strip();
            }
        }
        if (where == null) {
            List<String> said = lines.stream().filter(line -> !line.isBlank()).toList();
            where = said.isEmpty() ? "" : said.get(said.size() - 1).strip();
        }
        return new Ending(signal, where);
    }

    @Override
    public String toString() {
        return where.isEmpty() ? signal : signal + " in " + where;
    }
}
