package org.soda4j.distributed;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * NCCL of the CUDA build of libtorch that this process has loaded. <b>Has never run:</b> it was
 * written from NCCL's and CUDA's published signatures, on a machine without a GPU; only the search
 * for libraries and the addresses of arrays (on a CPU) were tried.
 *
 * <p>Everything goes to the legacy default stream, which is also libtorch's, so that it comes after
 * what libtorch has started on the device.
 */
final class CudaNccl implements Nccl {

    private static final int NCCL_SUM = 0;
    private static final int NCCL_UINT8 = 1;
    private static final Map<DataType, Integer> NCCL_TYPES =
            Map.of(
                    DataType.INT32, 2,
                    DataType.INT64, 4,
                    DataType.FLOAT32, 7,
                    DataType.FLOAT64, 8);
    private static final Pointer DEFAULT_STREAM = Pointer.NULL;

    private final Device device;
    private final Libraries libraries;

    /** NCCL's ncclUniqueId, which is handed over by value. */
    @Structure.FieldOrder("internal")
    public static final class UniqueId extends Structure implements Structure.ByValue {
        /** Opaque. */
        public byte[] internal = new byte[ID_BYTES];
    }

    private CudaNccl(Device device, Libraries libraries) {
        this.device = device;
        this.libraries = libraries;
    }

    /**
     * Finds the libraries.
     *
     * @throws CollectiveException if libtorch has no NCCL here, with what was looked for
     */
    static CudaNccl load(Device device) {
        CudaNccl nccl = new CudaNccl(device, new Libraries(loadedLibraries()));
        for (String name :
                List.of(
                        "ncclGetUniqueId",
                        "ncclCommInitRank",
                        "ncclAllReduce",
                        "ncclBroadcast",
                        "ncclCommAbort",
                        "ncclCommDestroy",
                        "cudaSetDevice",
                        "cudaStreamSynchronize",
                        "aoti_torch_get_data_ptr",
                        "aoti_torch_get_strides")) {
            nccl.libraries.function(name);
        }
        return nccl;
    }

    /** The shared libraries in this process, as the kernel lists them. */
    static Set<String> loadedLibraries() {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.indexOf('/') > 0)
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(path -> path.contains(".so"))
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException("NCCL needs Linux: cannot list loaded libraries", e);
        }
    }

    /** The address of an array's first element, also on a GPU. */
    static Pointer address(Libraries libraries, NDArray array) {
        return read(libraries, "aoti_torch_get_data_ptr", array);
    }

    /** Compares the strides with those of the shape; dimensions of 1 have any. */
    static boolean isContiguous(Libraries libraries, NDArray array) {
        long[] shape = array.getShape().getShape();
        if (shape.length == 0 || array.isEmpty()) {
            return true;
        }
        long[] strides =
                read(libraries, "aoti_torch_get_strides", array).getLongArray(0, shape.length);
        long expected = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && strides[i] != expected) {
                return false;
            }
            expected *= shape[i];
        }
        return true;
    }

    private static Pointer read(Libraries libraries, String name, NDArray array) {
        Pointer handle = new Pointer(((PtNDArray) array).getHandle());
        PointerByReference value = new PointerByReference();
        require(name, libraries.function(name).invokeInt(new Object[] {handle, value}));
        return value.getValue();
    }

    /** Finds functions in libtorch, then in NCCL's and CUDA's own libraries. */
    static final class Libraries {

        private static final List<String> NAMES =
                List.of("libtorch_cuda.so", "libtorch_cpu.so", "libnccl.so", "libcudart");

        private final List<NativeLibrary> searched = new ArrayList<>();

        Libraries(Set<String> loaded) {
            for (String name : NAMES) {
                loaded.stream()
                        .filter(path -> Path.of(path).getFileName().toString().startsWith(name))
                        .map(NativeLibrary::getInstance)
                        .forEach(searched::add);
            }
        }

        Function function(String name) {
            for (NativeLibrary library : searched) {
                try {
                    return library.getFunction(name);
                } catch (UnsatisfiedLinkError e) {
                    continue;
                }
            }
            throw new CollectiveException(
                    "expected %s in a loaded library named %s, found %s; NcclCollective needs the CUDA build of libtorch (see the README), on CPUs use MpiCollective"
                            .formatted(
                                    name,
                                    NAMES,
                                    searched.stream()
                                            .map(library -> library.getFile().getName())
                                            .toList()));
        }
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public Pointer address(NDArray array) {
        return address(libraries, array);
    }

    @Override
    public boolean isContiguous(NDArray array) {
        return isContiguous(libraries, array);
    }

    @Override
    public byte[] newId() {
        Memory id = new Memory(ID_BYTES);
        call("ncclGetUniqueId", id);
        return id.getByteArray(0, ID_BYTES);
    }

    @Override
    public Pointer join(int ranks, byte[] id, int rank) {
        call("cudaSetDevice", device.getDeviceId());
        UniqueId unique = new UniqueId();
        unique.internal = id.clone();
        PointerByReference communicator = new PointerByReference();
        call("ncclCommInitRank", communicator, ranks, unique, rank);
        return communicator.getValue();
    }

    @Override
    public void allReduce(Pointer data, long count, DataType type, Pointer communicator) {
        int code = NCCL_TYPES.get(type);
        call("ncclAllReduce", data, data, count, code, NCCL_SUM, communicator, DEFAULT_STREAM);
    }

    @Override
    public void broadcast(Pointer data, long bytes, int root, Pointer communicator) {
        call("ncclBroadcast", data, data, bytes, NCCL_UINT8, root, communicator, DEFAULT_STREAM);
    }

    @Override
    public void synchronize() {
        call("cudaStreamSynchronize", DEFAULT_STREAM);
    }

    @Override
    public void abort(Pointer communicator) {
        call("ncclCommAbort", communicator);
    }

    @Override
    public void leave(Pointer communicator) {
        call("ncclCommDestroy", communicator);
    }

    private void call(String name, Object... arguments) {
        require(name, libraries.function(name).invokeInt(arguments));
    }

    private static void require(String name, int code) {
        if (code != 0) {
            throw new CollectiveException(
                    "expected success of %s, found error %d; NCCL_DEBUG=INFO tells more"
                            .formatted(name, code));
        }
    }
}
