package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A team is as large as the machine allows, and the calling thread gets back what it had. */
class ThreadTeamTest {

    private static final String PROPERTY = "org.soda4j.threads";
    private static final int GIVEN = 2;

    private final AtomicReference<Double> busy = new AtomicReference<>(0.0);
    private final ThreadTeam team = new ThreadTeam(0, busy::get);
    private String property;
    private int before;

    @BeforeEach
    void twoThreads() {
        assumeThat(System.getenv("OMP_NUM_THREADS")).isNull();
        property = System.getProperty(PROPERTY);
        System.clearProperty(PROPERTY);
        PyTorchEngine.require();
        before = PyTorchEngine.threads();
        OpenMp.setThreads(GIVEN);
    }

    @AfterEach
    void asBefore() {
        if (property != null) {
            System.setProperty(PROPERTY, property);
        }
        if (before > 0) {
            OpenMp.setThreads(before);
        }
    }

    private static int threads() {
        return JniUtils.getNumThreads();
    }

    @Test
    void theEnginesThreadsAreSettable() {
        assertThat(OpenMp.isSettable()).isTrue();
        assertThat(threads()).isEqualTo(GIVEN);
    }

    @Test
    void followsOthersBothWaysWithinACall() {
        int all = Math.min(GIVEN, Runtime.getRuntime().availableProcessors());
        team.during(
                () -> {
                    assertThat(threads()).isEqualTo(all);
                    busy.set(0.4);
                    ThreadTeam.adjust();
                    assertThat(threads()).isEqualTo(all);
                    busy.set(0.9);
                    ThreadTeam.adjust();
                    assertThat(threads()).isEqualTo(1);
                    busy.set(7.0);
                    ThreadTeam.adjust();
                    assertThat(threads()).isEqualTo(1);
                    busy.set(0.0);
                    ThreadTeam.adjust();
                    assertThat(threads()).isEqualTo(all);
                    busy.set(1.0);
                    ThreadTeam.adjust();
                    return null;
                });
        assertThat(threads()).isEqualTo(GIVEN);
    }

    @Test
    void putsTheNumberBackAfterAFailure() {
        busy.set(1.0);
        assertThatThrownBy(
                        () ->
                                team.during(
                                        () -> {
                                            throw new IllegalStateException("failed");
                                        }))
                .hasMessage("failed");
        assertThat(threads()).isEqualTo(GIVEN);
    }

    @Test
    void aFixedTeamIsFixedAlsoInsideOfAnAdaptiveOneAndForThoseInsideOfIt() {
        busy.set(1.0);
        team.during(
                () ->
                        ThreadTeam.of(3)
                                .during(
                                        () -> {
                                            assertThat(threads()).isEqualTo(3);
                                            ThreadTeam.adjust();
                                            team.during(() -> null);
                                            assertThat(threads()).isEqualTo(3);
                                            return null;
                                        }));
        team.during(
                () -> {
                    ThreadTeam.of(3).during(() -> null);
                    assertThat(threads()).isEqualTo(1);
                    return null;
                });
        assertThat(threads()).isEqualTo(GIVEN);
        assertThatThrownBy(() -> ThreadTeam.of(0)).hasMessageContaining("at least 1, found 0");
    }

    @Test
    void callsAtTheSameTimeShareTheProcessors() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        AtomicInteger others = new AtomicInteger();
        Thread other =
                new Thread(
                        () ->
                                team.during(
                                        () -> {
                                            inside.countDown();
                                            awaitQuietly(seen);
                                            ThreadTeam.adjust();
                                            others.set(threads());
                                            return null;
                                        }));
        team.during(
                () -> {
                    other.start();
                    awaitQuietly(inside);
                    ThreadTeam.adjust();
                    assertThat(threads()).isEqualTo(1);
                    seen.countDown();
                    other.join();
                    ThreadTeam.adjust();
                    assertThat(threads())
                            .isEqualTo(Math.min(GIVEN, Runtime.getRuntime().availableProcessors()));
                    return null;
                });
        assertThat(others.get()).isEqualTo(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoAsksForExactRepeatsGetsTheSameNumberAlways() {
        System.setProperty(PROPERTY, "fixed");
        busy.set(1.0);
        team.during(
                () -> {
                    ThreadTeam.adjust();
                    assertThat(threads()).isEqualTo(GIVEN);
                    return null;
                });
        System.setProperty(PROPERTY, "fix");
        assertThatThrownBy(() -> team.during(() -> null))
                .hasMessageContaining("-Dorg.soda4j.threads=fix: expected fixed or nothing");
        System.clearProperty(PROPERTY);
    }
}
