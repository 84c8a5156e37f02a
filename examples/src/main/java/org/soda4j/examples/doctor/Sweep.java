package org.soda4j.examples.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.soda4j.examples.doctor.Row.Verdict;

/**
 * Runs a {@link CaseList} in child processes. A case that ends its process becomes a row, and a new
 * process goes on after it.
 */
public final class Sweep {

    /** What a case may take at most; the slowest took 9 s on a machine five times too busy. */
    private static final Duration LONGEST_CASE = Duration.ofMinutes(4);

    private static final int KEPT_LINES = 40;

    private final Class<? extends CaseList> type;
    private final List<String> arguments;
    private final Map<String, String> environment;
    private final long deadline;
    private final List<CheckCase> cases;
    private final List<Row> rows = new ArrayList<>();
    private String engine;

    /**
     * Makes the list; nothing is run yet.
     *
     * @param type of the list
     * @param arguments of its constructor
     * @param environment variables for the children, beside this process's
     * @param budget after which no further case begins
     */
    public Sweep(
            Class<? extends CaseList> type,
            List<String> arguments,
            Map<String, String> environment,
            Duration budget) {
        this.type = type;
        this.arguments = List.copyOf(arguments);
        this.environment = Map.copyOf(environment);
        deadline = System.nanoTime() + budget.toNanos();
        try {
            cases = CaseProcess.list(type, arguments).cases();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make the cases of " + type.getName(), e);
        }
    }

    /** How many cases there are. */
    public int size() {
        return cases.size();
    }

    /**
     * Runs all cases.
     *
     * @param engine takes what the first child says of its engine
     * @param progress takes how many cases have ended
     * @return a row a case, in the order of the list
     */
    public List<Row> run(Consumer<String> engine, IntConsumer progress)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("doctor");
        try {
            while (rows.size() < cases.size()) {
                int before = rows.size();
                String last = runChild(folder, engine, progress);
                if (rows.size() == before) {
                    fillUp(last);
                }
                progress.accept(rows.size());
            }
            return List.copyOf(rows);
        } finally {
            delete(folder);
        }
    }

    /** Adds rows until a case ends the child; returns what the child said last. */
    private String runChild(Path folder, Consumer<String> toEngine, IntConsumer progress)
            throws IOException, InterruptedException {
        Process child = start(folder);
        BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(child, lines), "doctor-reader");
        reader.setDaemon(true);
        reader.start();
        Deque<String> others = new ArrayDeque<>();
        boolean running = false;
        try {
            while (true) {
                long left = Math.min(LONGEST_CASE.toNanos(), deadline - System.nanoTime());
                Optional<String> line = lines.poll(Math.max(left, 0), TimeUnit.NANOSECONDS);
                if (line == null) {
                    String why = silence(child);
                    if (System.nanoTime() >= deadline) {
                        fillUp("the time was up");
                    } else if (running) {
                        add(Verdict.HANGS, why);
                    }
                    return why;
                }
                if (line.isEmpty()) {
                    String why = Ending.of(child.waitFor(), others).toString();
                    if (running) {
                        add(Verdict.CRASHED, why);
                    }
                    return why;
                }
                String text = line.get();
                if (!text.startsWith(CaseProcess.MARK)) {
                    others.addLast(text);
                    if (others.size() > KEPT_LINES) {
                        others.removeFirst();
                    }
                    continue;
                }
                String[] fields =
                        text.substring(CaseProcess.MARK.length()).split(CaseProcess.TAB, -1);
                running = fields[0].equals(CaseProcess.START);
                take(fields, toEngine);
                progress.accept(rows.size());
            }
        } finally {
            child.destroyForcibly();
        }
    }

    /** Whether it computes or waits is told by the processor's time, of the whole child. */
    private static String silence(Process child) {
        return "nothing for %d s; the process has used %s s of processor time"
                .formatted(
                        LONGEST_CASE.toSeconds(),
                        child.info()
                                .totalCpuDuration()
                                .map(time -> String.valueOf(time.toSeconds()))
                                .orElse("unknown"));
    }

    private void take(String[] fields, Consumer<String> toEngine) {
        switch (fields[0]) {
            case CaseProcess.ENGINE -> {
                if (engine == null) {
                    engine = fields[1];
                    toEngine.accept(engine);
                }
            }
            case CaseProcess.DONE ->
                    rows.add(
                            Row.of(
                                    cases.get(rows.size()),
                                    new Outcome(
                                            Double.parseDouble(fields[2]),
                                            Double.parseDouble(fields[3]),
                                            fields[4],
                                            fields[5])));
            case CaseProcess.FAILED -> add(Verdict.FAILED, fields[2]);
            default -> {}
        }
    }

    private void add(Verdict verdict, String detail) {
        rows.add(Row.of(cases.get(rows.size()), verdict, detail));
    }

    private void fillUp(String why) {
        while (rows.size() < cases.size()) {
            add(Verdict.NOT_RUN, why);
        }
    }

    private Process start(Path folder) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-D"))
                .forEach(command::add);
        command.addAll(
                List.of(
                        "-DOPT_OUT_TRACKING=" + System.getProperty("OPT_OUT_TRACKING", "true"),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-Xmx1g",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + folder.resolve("hs_err_%p.log"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CaseProcess.class.getName(),
                        type.getName(),
                        String.valueOf(rows.size())));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static void read(Process child, BlockingQueue<Optional<String>> lines) {
        try (BufferedReader reader = child.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(Optional.of(line));
            }
        } catch (IOException e) {
            lines.add(Optional.of(e.toString())); // It was ended while it spoke.
        }
        lines.add(Optional.empty());
    }

    private static void delete(Path folder) {
        try (var files = Files.list(folder)) {
            files.forEach(file -> file.toFile().delete());
            Files.delete(folder);
        } catch (IOException | UncheckedIOException e) {
            // A report of a crash that another process still writes stays in the temporary folder.
            folder.toFile().deleteOnExit();
        }
    }
}
