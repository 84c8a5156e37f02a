package org.soda4j.distributed;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.sun.jna.Pointer;

/** The few calls of NCCL and CUDA that {@link NcclCollective} makes; each throws on failure. */
interface Nccl {

    /** Bytes of NCCL_UNIQUE_ID_BYTES. */
    int ID_BYTES = 128;

    /** The device whose arrays are used. */
    Device device();

    /** The address of an array's elements on the device. */
    Pointer address(NDArray array);

    /** Whether the elements lie one after another. */
    boolean isContiguous(NDArray array);

    /** A new job's id, made by one rank. */
    byte[] newId();

    /** Joins a job; all ranks call it. */
    Pointer join(int ranks, byte[] id, int rank);

    /** Sums in place. */
    void allReduce(Pointer data, long count, DataType type, Pointer communicator);

    /** Overwrites bytes with those of the root. */
    void broadcast(Pointer data, long bytes, int root, Pointer communicator);

    /** Waits for what was started on the device. */
    void synchronize();

    /** Ends what is under way and forgets the job. */
    void abort(Pointer communicator);

    /** Leaves the job. */
    void leave(Pointer communicator);
}
