package org.soda4j.distributed;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.sun.jna.Pointer;
import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/**
 * Not NCCL: a stand-in that adds up memory of the CPU between threads of one process, so that the
 * logic around NCCL can be tried where there is no GPU. It shares no code with the real calls but
 * the way an array's address is found.
 */
final class StandInNccl {

    private final int ranks;
    private final CyclicBarrier meeting;
    private final Pointer[] places;
    private final CudaNccl.Libraries libraries = new CudaNccl.Libraries(CudaNccl.loadedLibraries());

    StandInNccl(int ranks) {
        this.ranks = ranks;
        meeting = new CyclicBarrier(ranks);
        places = new Pointer[ranks];
    }

    Nccl of(int rank) {
        return new Rank(rank);
    }

    private void meet() {
        try {
            meeting.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Rank implements Nccl {
        private final int rank;

        Rank(int rank) {
            this.rank = rank;
        }

        @Override
        public Device device() {
            return Device.cpu();
        }

        @Override
        public Pointer address(NDArray array) {
            return CudaNccl.address(libraries, array);
        }

        @Override
        public boolean isContiguous(NDArray array) {
            return CudaNccl.isContiguous(libraries, array);
        }

        @Override
        public byte[] newId() {
            byte[] id = new byte[ID_BYTES];
            Arrays.fill(id, (byte) 7);
            return id;
        }

        @Override
        public Pointer join(int size, byte[] id, int ownRank) {
            if (size != ranks || ownRank != rank || id[0] != 7 || id[ID_BYTES - 1] != 7) {
                throw new IllegalStateException(size + " " + ownRank + " " + Arrays.toString(id));
            }
            return Pointer.createConstant(1000L + rank);
        }

        @Override
        public void allReduce(Pointer data, long count, DataType type, Pointer communicator) {
            requireOwn(communicator);
            places[rank] = data;
            meet();
            if (rank == 0) {
                for (long i = 0; i < count; i++) {
                    add(i, type);
                }
            }
            meet();
        }

        private void add(long i, DataType type) {
            long at = i * type.getNumOfBytes();
            double real = 0;
            long whole = 0;
            for (Pointer place : places) {
                switch (type) {
                    case FLOAT32 -> real = (float) real + place.getFloat(at);
                    case FLOAT64 -> real += place.getDouble(at);
                    case INT32 -> whole += place.getInt(at);
                    default -> whole += place.getLong(at);
                }
            }
            for (Pointer place : places) {
                switch (type) {
                    case FLOAT32 -> place.setFloat(at, (float) real);
                    case FLOAT64 -> place.setDouble(at, real);
                    case INT32 -> place.setInt(at, (int) whole);
                    default -> place.setLong(at, whole);
                }
            }
        }

        @Override
        public void broadcast(Pointer data, long bytes, int root, Pointer communicator) {
            requireOwn(communicator);
            places[rank] = data;
            meet();
            if (rank == root) {
                byte[] values = data.getByteArray(0, (int) bytes);
                for (Pointer place : places) {
                    place.write(0, values, 0, values.length);
                }
            }
            meet();
        }

        private void requireOwn(Pointer communicator) {
            if (Pointer.nativeValue(communicator) != 1000 + rank) {
                throw new IllegalStateException("another rank's communicator " + communicator);
            }
        }

        @Override
        public void synchronize() {}

        @Override
        public void abort(Pointer communicator) {}

        @Override
        public void leave(Pointer communicator) {
            requireOwn(communicator);
            meet();
        }
    }
}
