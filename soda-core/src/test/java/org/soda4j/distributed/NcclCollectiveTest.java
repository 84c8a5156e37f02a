package org.soda4j.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The logic around NCCL, over a stand-in on the CPU; NCCL itself has not run. */
class NcclCollectiveTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @TestFactory
    Stream<DynamicTest> fulfilsTheContractOverAStandIn() {
        return CollectiveContract.checks().entrySet().stream()
                .map(
                        check ->
                                DynamicTest.dynamicTest(
                                        check.getKey(),
                                        () -> {
                                            FirstRanks first = new FirstRanks(3);
                                            StandInNccl nccl = new StandInNccl(3);
                                            ThreadRanks.run(
                                                    3,
                                                    rank -> {
                                                        try (NDManager manager =
                                                                        CollectiveContract
                                                                                .newManager();
                                                                Collective ranks =
                                                                        NcclCollective.open(
                                                                                first.of(rank),
                                                                                nccl.of(rank),
                                                                                LONG)) {
                                                            check.getValue().accept(ranks, manager);
                                                        }
                                                    });
                                        }));
    }

    @Test
    void aRankThatDoesNotComeAbortsTheFirstCollective() throws Exception {
        FirstRanks first = new FirstRanks(2);
        StandInNccl nccl = new StandInNccl(2);
        ThreadRanks.run(
                2,
                rank -> {
                    NcclCollective ranks =
                            NcclCollective.open(
                                    first.of(rank), nccl.of(rank), Duration.ofMillis(300));
                    if (rank == 0) {
                        try (NDManager manager = CollectiveContract.newManager()) {
                            NDArray array = manager.ones(new Shape(4));
                            assertThatThrownBy(() -> ranks.sum(array))
                                    .isInstanceOf(CollectiveException.class);
                        }
                    }
                });
        assertThat(first.aborted.get())
                .contains("the sum of (4) has waited 0.3 s for the other ranks");
    }

    @Test
    void addressesAreThoseOfTheElements() {
        CudaNccl.Libraries libraries = new CudaNccl.Libraries(CudaNccl.loadedLibraries());
        try (NDManager manager = CollectiveContract.newManager()) {
            NDArray whole = manager.arange(24f).reshape(2, 3, 4);
            Pointer start = Native.getDirectBufferPointer(whole.toByteBuffer(true));
            assertThat(CudaNccl.address(libraries, whole)).isEqualTo(start);
            assertThat(CudaNccl.address(libraries, whole.get("1:"))).isEqualTo(start.share(48));
            assertThat(CudaNccl.isContiguous(libraries, whole)).isTrue();
            assertThat(CudaNccl.isContiguous(libraries, whole.get("1:"))).isTrue();
            assertThat(CudaNccl.isContiguous(libraries, whole.get(":, 1:"))).isFalse();
            assertThat(CudaNccl.isContiguous(libraries, whole.transpose())).isFalse();
        }
    }

    @Test
    void withoutCudaSaysWhatIsMissing() {
        assertThatThrownBy(() -> NcclCollective.open(Collective.single(), Device.gpu()))
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("expected ncclGetUniqueId")
                .hasMessageContaining("libtorch_cpu.so")
                .hasMessageContaining("CUDA build of libtorch");
        assertThatThrownBy(() -> NcclCollective.open(Collective.single(), Device.cpu()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MpiCollective");
    }
}
