package org.soda4j.distributed;

import ai.djl.ndarray.types.DataType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.Map;
import java.util.function.BiFunction;

/** Open MPI's C library (version 3 to 5), with its constants, which are addresses of its data. */
final class OpenMpi {

    /** Open MPI's own name: MPICH's library has another number. */
    static final String LIBRARY = "libmpi.so.40";

    static final int THREAD_MULTIPLE = 3;

    /** MPI_IN_PLACE: the data to send are in the place of the result. */
    static final Pointer IN_PLACE = Pointer.createConstant(1);

    private static final int RTLD_NOW = 0x2;

    /** Open MPI's plug-ins look the library's symbols up among the global ones. */
    private static final int RTLD_GLOBAL = 0x100;

    /**
     * JNA closes a library that nothing refers to any more. Threads that used MPI run a function of
     * its at their end, so that it must stay.
     */
    private static final int RTLD_NODELETE = 0x1000;

    private static final String ADVICE =
            "; install Open MPI (Debian and Ubuntu: apt-get install openmpi-bin) and start the ranks"
                    + " with its mpirun";

    /** The functions that are used, under their own names. */
    interface Functions extends Library {
        int MPI_Initialized(IntByReference flag);

        int MPI_Init_thread(Pointer argc, Pointer argv, int required, IntByReference provided);

        int MPI_Comm_rank(Pointer comm, IntByReference rank);

        int MPI_Comm_size(Pointer comm, IntByReference size);

        int MPI_Allreduce(
                Pointer send, Pointer receive, int count, Pointer type, Pointer op, Pointer comm);

        int MPI_Bcast(Pointer data, int count, Pointer type, int root, Pointer comm);

        int MPI_Barrier(Pointer comm);

        int MPI_Abort(Pointer comm, int code);

        int MPI_Finalize();
    }

    private final NativeLibrary library;
    private final Functions functions;

    private OpenMpi(NativeLibrary library, Functions functions) {
        this.library = library;
        this.functions = functions;
    }

    /**
     * Opens the library.
     *
     * @throws CollectiveException if it is missing or another MPI's, with what to install
     */
    static OpenMpi load() {
        return load(LIBRARY, System.getenv(), NativeLibrary::getInstance);
    }

    static OpenMpi load(
            String name,
            Map<String, String> environment,
            BiFunction<String, Map<String, ?>, NativeLibrary> loader) {
        refuseOtherLauncher(environment);
        Map<String, ?> options =
                Map.of(Library.OPTION_OPEN_FLAGS, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
        NativeLibrary library;
        try {
            library = loader.apply(name, options);
        } catch (UnsatisfiedLinkError e) {
            throw new CollectiveException(
                    "expected Open MPI's library %s, found %s%s"
                            .formatted(name, others(loader), ADVICE),
                    e);
        }
        try {
            library.getGlobalVariableAddress("ompi_mpi_comm_world");
        } catch (UnsatisfiedLinkError e) {
            throw new CollectiveException(
                    "expected Open MPI, found %s, which has no ompi_mpi_comm_world%s"
                            .formatted(library, ADVICE),
                    e);
        }
        return new OpenMpi(library, Native.load(name, Functions.class, options));
    }

    /** MPICH's launchers would start ranks that do not know of each other. */
    private static void refuseOtherLauncher(Map<String, String> environment) {
        String size = environment.getOrDefault("PMI_SIZE", "1");
        if (!size.equals("1") && !environment.containsKey("OMPI_COMM_WORLD_SIZE")) {
            throw new CollectiveException(
                    "expected ranks started by Open MPI's mpirun, found PMI_SIZE=%s of MPICH's or"
                                    .formatted(size)
                            + " another launcher"
                            + ADVICE);
        }
    }

    private static String others(BiFunction<String, Map<String, ?>, NativeLibrary> loader) {
        for (String mpich : new String[] {"libmpich.so.12", "libmpi.so.12"}) {
            try {
                loader.apply(mpich, Map.of());
                return "only MPICH's " + mpich + ", which has another binary interface";
            } catch (UnsatisfiedLinkError e) {
                continue;
            }
        }
        return "no MPI";
    }

    Functions functions() {
        return functions;
    }

    Pointer world() {
        return library.getGlobalVariableAddress("ompi_mpi_comm_world");
    }

    Pointer sum() {
        return library.getGlobalVariableAddress("ompi_mpi_op_sum");
    }

    Pointer bytes() {
        return library.getGlobalVariableAddress("ompi_mpi_byte");
    }

    Pointer type(DataType type) {
        String name =
                switch (type) {
                    case FLOAT32 -> "ompi_mpi_float";
                    case FLOAT64 -> "ompi_mpi_double";
                    case INT32 -> "ompi_mpi_int32_t";
                    case INT64 -> "ompi_mpi_int64_t";
                    default -> throw new IllegalArgumentException("no sum of " + type);
                };
        return library.getGlobalVariableAddress(name);
    }
}
