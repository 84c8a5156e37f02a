package org.soda4j.distributed;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.jna.Pointer;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.engine.PyTorchEngine;

/**
 * Ranks over NCCL, one per GPU, with arrays on the GPU, through the NCCL that the CUDA build of
 * libtorch carries. Another collective brings the ranks together:
 *
 * <pre>{@code
 * try (MpiCollective hosts = MpiCollective.open();
 *         NcclCollective gpus = NcclCollective.open(hosts, Device.gpu(localRank))) {
 *     SodaTrainer.builder(soda).data(pairs).epochs(800).collective(gpus).build().fit();
 * }
 * }</pre>
 *
 * <p><b>This has not run on several GPUs, nor on one.</b> Its logic passes the tests of every
 * collective over a stand-in for NCCL that adds up memory of the CPU; the calls of NCCL itself were
 * written from its documentation.
 */
public final class NcclCollective implements Collective {

    private static final Logger LOGGER = LoggerFactory.getLogger(NcclCollective.class);
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);

    private final Collective first;
    private final Nccl nccl;
    private final CommunicationThread communication;
    private Pointer communicator;
    private boolean closed;

    private NcclCollective(Collective first, Nccl nccl, Duration timeout) {
        this.first = first;
        this.nccl = nccl;
        LocalPeers peers = first instanceof MpiCollective mpi ? mpi.peers() : LocalPeers.none();
        communication = new CommunicationThread(timeout, peers, this::abort);
    }

    /**
     * Joins the ranks of another collective, with a timeout of 10 minutes.
     *
     * @param first connects the processes, for example an {@link MpiCollective}: carries NCCL's id
     *     to all ranks and aborts the job; stays the caller's, who closes it after this one
     * @param device this process's GPU, another one for each rank of a machine
     * @return this process's rank, the same as that of {@code first}; the caller closes it
     * @throws CollectiveException if this process's libtorch has no NCCL
     */
    public static NcclCollective open(Collective first, Device device) {
        return open(first, device, DEFAULT_TIMEOUT);
    }

    /**
     * Joins the ranks of another collective.
     *
     * @param first as in {@link #open(Collective, Device)}
     * @param device as in {@link #open(Collective, Device)}
     * @param timeout how long an operation may wait for the other ranks before the job is aborted
     * @return this process's rank; the caller closes it
     * @throws CollectiveException if this process's libtorch has no NCCL
     */
    public static NcclCollective open(Collective first, Device device, Duration timeout) {
        if (!device.isGpu()) {
            throw new IllegalArgumentException(
                    "device: expected a GPU, found " + device + "; on CPUs use MpiCollective");
        }
        PyTorchEngine.require();
        return open(first, CudaNccl.load(device), timeout);
    }

    static NcclCollective open(Collective first, Nccl nccl, Duration timeout) {
        NcclCollective joined = new NcclCollective(first, nccl, timeout);
        byte[] id = joined.sharedId();
        joined.communication.run(
                "joining NCCL",
                () -> joined.communicator = nccl.join(first.size(), id, first.rank()));
        return joined;
    }

    /** Rank 0 makes the id, the first collective carries it. */
    private byte[] sharedId() {
        byte[] own = first.rank() == 0 ? nccl.newId() : new byte[Nccl.ID_BYTES];
        NDManager base = PyTorchEngine.require().newBaseManager(Device.cpu());
        try (base) {
            NDArray heap = base.create(own, new Shape(own.length));
            NDArray id = heap.duplicate();
            first.broadcast(id, 0);
            return id.toByteArray();
        }
    }

    @Override
    public int rank() {
        return first.rank();
    }

    @Override
    public int size() {
        return first.size();
    }

    @Override
    public Pending startSum(NDArray array) {
        ArrayChecks.requireSummable(array);
        requireUsable(array);
        DenseArray dense = DenseArray.of(array, nccl.isContiguous(array));
        Pending pending =
                communication.start(
                        "the sum of " + array.getShape(),
                        () -> {
                            if (!array.isEmpty()) {
                                nccl.allReduce(
                                        nccl.address(dense.array()),
                                        array.size(),
                                        array.getDataType(),
                                        communicator);
                                nccl.synchronize();
                            }
                        });
        return () -> {
            pending.await();
            dense.finish();
        };
    }

    @Override
    public void broadcast(NDArray array, int root) {
        ArrayChecks.requireRoot(root, size());
        ArrayChecks.requireBytes(array);
        requireUsable(array);
        DenseArray dense = DenseArray.of(array, nccl.isContiguous(array));
        communication.run(
                "the broadcast of " + array.getShape(),
                () -> {
                    if (!array.isEmpty()) {
                        long bytes = array.size() * array.getDataType().getNumOfBytes();
                        nccl.broadcast(nccl.address(dense.array()), bytes, root, communicator);
                        nccl.synchronize();
                    }
                });
        dense.finish();
    }

    /** NCCL has none of its own: a sum of nothing but one number. */
    @Override
    public void barrier() {
        NDManager base = PyTorchEngine.require().newBaseManager(nccl.device());
        try (base) {
            sum(base.zeros(new Shape(1)));
        }
    }

    @Override
    public void abort(String reason) {
        LOGGER.error("rank {} of {} leaves NCCL: {}", rank(), size(), reason);
        first.abort(reason);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            communication.run("the end of NCCL", () -> nccl.leave(communicator));
            communication.close();
        }
    }

    private void requireUsable(NDArray array) {
        if (closed) {
            throw new IllegalStateException("this collective is closed");
        }
        ArrayChecks.requireDevice(array, nccl.device());
    }
}
