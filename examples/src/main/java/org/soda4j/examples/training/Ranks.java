package org.soda4j.examples.training;

import ai.djl.Device;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.soda4j.distributed.Collective;
import org.soda4j.distributed.MpiCollective;
import org.soda4j.distributed.NcclCollective;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The option {@code --ranks}: this program in several processes, over Open MPI. */
public final class Ranks {

    /** Time for a checkpoint after the request to end. */
    private static final int CHECKPOINT_SECONDS = 60;

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--ranks",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Processes on this machine, one per device, started by Open MPI's mpirun; the batch"
                            + " size is that of each. To use several machines, give the printed"
                            + " command --hostfile.")
    private int ranks;

    @Option(
            names = "--rank-timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "A rank that the others wait for longer than this ends the job.")
    private int timeoutSeconds;

    @Option(
            names = "--print-mpirun",
            description = "Only prints the command that --ranks would start.")
    private boolean printOnly;

    /** Whether this process is to start the ranks, and is none itself. */
    public boolean isLauncher() {
        if (ranks < 1 || timeoutSeconds < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "expected --ranks and --rank-timeout of at least 1, found %d and %d"
                            .formatted(ranks, timeoutSeconds));
        }
        return ranks > 1 && !MpiCollective.isLaunched();
    }

    /**
     * Starts this command again as ranks, and waits for them.
     *
     * @param main the class whose {@code main} takes this command's options
     */
    public int launch(Class<?> main) throws IOException {
        List<String> command = command(main);
        // The answer of ranks, on standard output, is theirs alone.
        PrintWriter out = printOnly ? spec.commandLine().getOut() : spec.commandLine().getErr();
        out.println(String.join(" ", command.stream().map(Ranks::quoted).toList()));
        out.flush();
        if (printOnly) {
            return 0;
        }
        try {
            // In a session of its own, so that Ctrl-C reaches this process only: mpirun would give
            // the ranks a second to end.
            command.add(0, "setsid");
            Process mpirun =
                    new ProcessBuilder(command)
                            .inheritIO()
                            .redirectInput(new File("/dev/null"))
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(mpirun)));
            return mpirun.waitFor();
        } catch (IOException e) {
            throw new IOException(
                    "mpirun cannot be started; install Open MPI (Debian and Ubuntu: apt-get install"
                            + " openmpi-bin)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Asks the ranks here, which agree with the others, to save a checkpoint and to end. */
    private static void end(Process mpirun) {
        mpirun.children().forEach(ProcessHandle::destroy);
        try {
            if (!mpirun.waitFor(CHECKPOINT_SECONDS, TimeUnit.SECONDS)) {
                mpirun.destroy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> command(Class<?> main) {
        int cores = Runtime.getRuntime().availableProcessors();
        List<String> command = new ArrayList<>(List.of("mpirun", "-n", "" + ranks));
        if (ranks > cores) {
            command.addAll(List.of("--oversubscribe", "--mca", "mpi_yield_when_idle", "1"));
        }
        command.addAll(List.of("--bind-to", ranks == cores ? "core" : "none"));
        command.addAll(List.of("-x", "OMP_NUM_THREADS=" + Math.max(1, cores / ranks)));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("--enable-native-access=ALL-UNNAMED"); // For JDK 25 to say nothing.
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        List<String> given = spec.commandLine().getParseResult().originalArgs();
        // Below the list of examples, the first is this command's own name.
        command.addAll(spec.root() == spec ? given : given.subList(1, given.size()));
        return command;
    }

    private static String quoted(String word) {
        return word.matches("[\\w./:=,+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** This process's rank and device; alone where there is one. */
    public Joined join(Device chosen) {
        if (ranks == 1 && !MpiCollective.isLaunched()) {
            return new Joined(Collective.single(), chosen, List.of());
        }
        Duration timeout = Duration.ofSeconds(timeoutSeconds);
        MpiCollective mpi = MpiCollective.open(timeout);
        if (!chosen.isGpu()) {
            return new Joined(mpi, chosen, List.of(mpi));
        }
        // Set by mpirun: which of the ranks on this machine it is.
        Device own = Device.gpu(Integer.parseInt(System.getenv("OMPI_COMM_WORLD_LOCAL_RANK")));
        NcclCollective nccl = NcclCollective.open(mpi, own, timeout);
        return new Joined(nccl, own, List.of(nccl, mpi));
    }

    /** A rank. Closes what was opened for it, in order. */
    public record Joined(Collective collective, Device device, List<Collective> opened)
            implements AutoCloseable {

        public boolean isFirst() {
            return collective.rank() == 0;
        }

        @Override
        public void close() {
            opened.forEach(Collective::close);
        }
    }
}
