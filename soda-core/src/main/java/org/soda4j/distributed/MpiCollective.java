package org.soda4j.distributed;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ranks over Open MPI, on one machine or several, with arrays on the CPU. Open MPI's {@code mpirun}
 * starts the processes:
 *
 * <pre>{@code
 * mpirun -n 4 java -cp ... MyTraining
 *
 * try (MpiCollective ranks = MpiCollective.open()) {
 *     SodaTrainer.builder(soda).data(pairs).epochs(800).collective(ranks).build().fit();
 * }
 * }</pre>
 *
 * <p>A process that dies, or ends without {@link #close}, makes {@code mpirun} end the others, and
 * an operation that waits for it on the same machine aborts the job at once; one that waits longer
 * than the timeout aborts it too. Arrays are summed in their own memory, without a copy, where they
 * are contiguous. Linux only.
 *
 * <p>MPI is initialised once in a process; after {@link #close} it cannot be opened again.
 */
public final class MpiCollective implements Collective {

    /** Set by {@code mpirun} for every rank. */
    private static final String SIZE_VARIABLE = "OMPI_COMM_WORLD_SIZE";

    private static final Logger LOGGER = LoggerFactory.getLogger(MpiCollective.class);
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);
    private static final long HALT_AFTER_MILLIS = 5000;

    /** Elements of one call, whose count is an int. */
    private static final int MAX_COUNT = 1 << 29;

    private final OpenMpi.Functions mpi;
    private final OpenMpi library;
    private final Pointer world;
    private final int rank;
    private final int size;
    private final LocalPeers peers;
    private final CommunicationThread communication;
    private boolean closed;

    private MpiCollective(OpenMpi library, Duration timeout) {
        this.library = library;
        mpi = library.functions();
        world = library.world();
        rank = read(value -> mpi.MPI_Comm_rank(world, value));
        size = read(value -> mpi.MPI_Comm_size(world, value));
        peers = LocalPeers.exchange(rank, size, this::sumOverRanks);
        communication = new CommunicationThread(timeout, peers, this::abort);
    }

    /**
     * Joins the ranks that {@code mpirun} started, with a timeout of 10 minutes.
     *
     * @return this process's rank; the caller closes it
     * @throws CollectiveException if Open MPI is missing, the MPI found is another one (MPICH), or
     *     MPI was opened in this process before
     */
    public static MpiCollective open() {
        return open(DEFAULT_TIMEOUT);
    }

    /**
     * Joins the ranks that {@code mpirun} started. A process that was started without is rank 0 of
     * 1.
     *
     * @param timeout how long an operation may wait for the other ranks before the job is aborted;
     *     more than the longest evaluation or checkpoint takes
     * @return this process's rank; the caller closes it
     * @throws CollectiveException as {@link #open()}
     */
    public static MpiCollective open(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout: expected more than 0, found " + timeout);
        }
        OpenMpi library = OpenMpi.load();
        OpenMpi.Functions mpi = library.functions();
        if (read(mpi::MPI_Initialized) != 0) {
            throw new CollectiveException(
                    "expected MPI to be opened once in a process, found it opened before");
        }
        int level =
                read(
                        provided ->
                                mpi.MPI_Init_thread(null, null, OpenMpi.THREAD_MULTIPLE, provided));
        if (level < OpenMpi.THREAD_MULTIPLE) {
            throw new CollectiveException(
                    "expected an Open MPI with MPI_THREAD_MULTIPLE (%d), found thread level %d; use one that was built with it, as Debian's"
                            .formatted(OpenMpi.THREAD_MULTIPLE, level));
        }
        return new MpiCollective(library, timeout);
    }

    /**
     * Tells whether {@code mpirun} started this process.
     *
     * @return false where {@link #open} would give rank 0 of 1
     */
    public static boolean isLaunched() {
        return System.getenv(SIZE_VARIABLE) != null;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Pending startSum(NDArray array) {
        ArrayChecks.requireSummable(array);
        requireOpen();
        Pointer type = library.type(array.getDataType());
        Pointer op = library.sum();
        int width = array.getDataType().getNumOfBytes();
        ArrayChecks.requireDevice(array, Device.cpu());
        DenseArray dense = DenseArray.onHost(array);
        Pending pending =
                communication.start(
                        "the sum of " + array.getShape(),
                        () ->
                                inParts(
                                        dense,
                                        width,
                                        (part, count) ->
                                                mpi.MPI_Allreduce(
                                                        OpenMpi.IN_PLACE,
                                                        part,
                                                        count,
                                                        type,
                                                        op,
                                                        world)));
        return () -> {
            pending.await();
            dense.finish();
        };
    }

    @Override
    public void broadcast(NDArray array, int root) {
        ArrayChecks.requireRoot(root, size);
        ArrayChecks.requireBytes(array);
        requireOpen();
        ArrayChecks.requireDevice(array, Device.cpu());
        DenseArray dense = DenseArray.onHost(array);
        communication.run(
                "the broadcast of " + array.getShape(),
                () ->
                        inParts(
                                dense,
                                1,
                                (part, count) ->
                                        mpi.MPI_Bcast(part, count, library.bytes(), root, world)));
        dense.finish();
    }

    @Override
    public void barrier() {
        requireOpen();
        communication.run("a barrier", () -> require(mpi.MPI_Barrier(world)));
    }

    @Override
    public void abort(String reason) {
        if (size == 1) {
            SingleCollective.INSTANCE.abort(reason);
        }
        LOGGER.error("rank {} of {} ends the job: {}", rank, size, reason);
        Thread halt = new Thread(MpiCollective::haltLater, "soda-halt");
        halt.setDaemon(true);
        halt.start();
        mpi.MPI_Abort(world, 1);
        Runtime.getRuntime().halt(1);
    }

    /** Where MPI_Abort itself does not come back, the end of this process ends the job. */
    private static void haltLater() {
        try {
            Thread.sleep(HALT_AFTER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(1);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            communication.runLast("the end", () -> require(mpi.MPI_Finalize()));
            communication.close();
        }
    }

    /** The processes of the other ranks on this machine. */
    LocalPeers peers() {
        return peers;
    }

    private long[] sumOverRanks(long[] numbers) {
        try (Memory memory = new Memory((long) numbers.length * Long.BYTES)) {
            memory.write(0, numbers, 0, numbers.length);
            require(
                    mpi.MPI_Allreduce(
                            OpenMpi.IN_PLACE,
                            memory,
                            numbers.length,
                            library.type(DataType.INT64),
                            library.sum(),
                            world));
            return memory.getLongArray(0, numbers.length);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this collective is closed");
        }
    }

    @FunctionalInterface
    private interface Call {
        int apply(Pointer part, int count);
    }

    private static void inParts(DenseArray dense, int width, Call call) {
        long elements = dense.bytes() / width;
        ByteBuffer memory = dense.memory();
        for (long from = 0; from < elements; from += MAX_COUNT) {
            int count = (int) Math.min(MAX_COUNT, elements - from);
            require(call.apply(DenseArray.address(memory).share(from * width), count));
        }
    }

    @FunctionalInterface
    private interface Reading {
        int into(IntByReference value);
    }

    private static int read(Reading reading) {
        IntByReference value = new IntByReference();
        require(reading.into(value));
        return value.getValue();
    }

    private static void require(int code) {
        if (code != 0) {
            throw new CollectiveException("expected success of an MPI call, found error " + code);
        }
    }
}
