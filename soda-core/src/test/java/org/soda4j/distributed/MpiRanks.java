package org.soda4j.distributed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Starts a program of the tests as ranks, with Open MPI's {@code mpirun}. */
public final class MpiRanks {

    private static final int TIMEOUT_SECONDS = 120;

    private MpiRanks() {}

    /**
     * How the ranks ended.
     *
     * @param exitCode of mpirun
     * @param output of all ranks
     */
    public record Ended(int exitCode, String output) {}

    /** Reports the calling test as skipped where there is no Open MPI. */
    public static void assumeInstalled() {
        Assumptions.assumeTrue(
                version().contains("Open MPI"),
                "Open MPI is not installed (apt-get install openmpi-bin), so nothing with several"
                        + " ranks was tested");
    }

    private static String version() {
        try {
            Process process =
                    new ProcessBuilder("mpirun", "--version").redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** Runs to the end. */
    public static Ended run(int ranks, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("ranks", ".txt");
        Process process = start(ranks, output, program, arguments);
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("mpirun hangs: " + Files.readString(output));
        }
        String text = Files.readString(output);
        Files.delete(output);
        return new Ended(process.exitValue(), text);
    }

    /** Starts, with the output in a file. */
    public static Process start(int ranks, Path output, Class<?> program, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("mpirun", "-n", "" + ranks));
        // Any number of ranks on any number of cores, which then do not wait by computing.
        command.addAll(List.of("--oversubscribe", "--bind-to", "none"));
        command.addAll(List.of("--mca", "mpi_yield_when_idle", "1"));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(
                List.of(
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-DOPT_OUT_TRACKING=true",
                        program.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("OMPI_ALLOW_RUN_AS_ROOT", "1");
        builder.environment().put("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
        return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }
}
