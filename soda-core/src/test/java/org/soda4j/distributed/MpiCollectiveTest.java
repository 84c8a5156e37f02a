package org.soda4j.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.NativeLibrary;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class MpiCollectiveTest {

    @TestFactory
    Stream<DynamicTest> threeRanksFulfilTheContract() throws Exception {
        MpiRanks.assumeInstalled();
        MpiRanks.Ended ended = MpiRanks.run(3, MpiContractProgram.class, "contract", "60000");
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        return CollectiveContract.checks().keySet().stream()
                .map(
                        name ->
                                DynamicTest.dynamicTest(
                                        name,
                                        () ->
                                                assertThat(ended.output())
                                                        .contains("PASSED: " + name)));
    }

    /**
     * Threads that end after that would run what the library left them, and the process with them.
     */
    @Test
    void theLibraryStaysWhenItsLastUserIsCollected() throws Exception {
        MpiRanks.assumeInstalled();
        MpiRanks.Ended ended = MpiRanks.run(2, MpiContractProgram.class, "collected", "60000");
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("mapped: true").doesNotContain("mapped: false");
    }

    @Test
    void aRankThatAbortsEndsTheOthersWithTheReason() throws Exception {
        MpiRanks.assumeInstalled();
        MpiRanks.Ended ended = MpiRanks.run(2, MpiContractProgram.class, "abort", "60000");
        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output()).contains("rank 1 of 2 ends the job: rank 1 has no more data");
    }

    @Test
    void aRankThatDiesIsNoticedByTheOneThatWaits() throws Exception {
        MpiRanks.assumeInstalled();
        Instant start = Instant.now();
        MpiRanks.Ended ended = MpiRanks.run(2, MpiContractProgram.class, "die", "600000");
        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output())
                .containsPattern(
                        "rank 0 of 2 ends the job: the sum of \\(5\\) waits, but rank 1 \\(process"
                                + " \\d+\\) has ended");
        // Its own hook would keep it for ten minutes.
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(100));
    }

    @Test
    void aRankThatHangsIsNoticed() throws Exception {
        MpiRanks.assumeInstalled();
        Instant start = Instant.now();
        MpiRanks.Ended ended = MpiRanks.run(2, MpiContractProgram.class, "hang", "1000");
        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output())
                .contains("rank 0 of 2 ends the job: the sum of (5) has waited 1.0 s");
        // Rank 1 would sleep for 600 s.
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(100));
    }

    @Test
    void aRankThatIsStoppedIsNamed() throws Exception {
        MpiRanks.assumeInstalled();
        MpiRanks.Ended ended = MpiRanks.run(2, MpiContractProgram.class, "stop", "4000");
        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output())
                .containsPattern("the sum of \\(5\\) waits: rank 1 \\(process \\d+\\) is stopped")
                .containsPattern(
                        "rank 0 of 2 ends the job: the sum of \\(5\\) has waited 4.0 s for the other"
                                + " ranks; rank 1 \\(process \\d+\\) is stopped .*kill -CONT");
    }

    @Test
    void withoutOpenMpiSaysWhatToInstall() {
        assertThatThrownBy(
                        () ->
                                OpenMpi.load(
                                        OpenMpi.LIBRARY,
                                        Map.of(),
                                        (name, options) -> {
                                            throw new UnsatisfiedLinkError(name);
                                        }))
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("expected Open MPI's library libmpi.so.40, found no MPI")
                .hasMessageContaining("apt-get install openmpi-bin");
    }

    @Test
    void mpichIsRefused() {
        NativeLibrary other = NativeLibrary.getInstance("libc.so.6");
        assertThatThrownBy(
                        () ->
                                OpenMpi.load(
                                        OpenMpi.LIBRARY,
                                        Map.of(),
                                        (name, options) -> {
                                            if (name.equals("libmpich.so.12")) {
                                                return other;
                                            }
                                            throw new UnsatisfiedLinkError(name);
                                        }))
                .hasMessageContaining("only MPICH's libmpich.so.12")
                .hasMessageContaining("install Open MPI");
        assertThatThrownBy(() -> OpenMpi.load(OpenMpi.LIBRARY, Map.of(), (name, options) -> other))
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("has no ompi_mpi_comm_world");
        assertThatThrownBy(
                        () ->
                                OpenMpi.load(
                                        OpenMpi.LIBRARY,
                                        Map.of("PMI_SIZE", "4"),
                                        (name, options) -> other))
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("PMI_SIZE=4");
    }
}
