package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.training.listener.Evaluation;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** One training at a time in a process: a second one is refused in words, before any work. */
class ConcurrentTrainingTest {

    @TempDir Path folder;

    private final AtomicInteger opened = new AtomicInteger();

    private NDManager manager;
    private Soda soda;

    @BeforeEach
    void open() {
        manager = PyTorchEngine.require().newBaseManager();
        soda = TinyTraining.model(0).build();
    }

    @AfterEach
    void close() {
        soda.close();
        manager.close();
    }

    private SodaTrainer.Builder trainer(Soda model, Path run) {
        SodaTrainer.Builder trainer =
                TinyTraining.trainer(model, TinyTraining.data(manager, 12)).steps(2).folder(run);
        var data = trainer.data;
        trainer.data =
                request -> {
                    opened.incrementAndGet();
                    return data.apply(request);
                };
        return trainer;
    }

    @Test
    void theSecondIsRefusedUntilTheFirstHasEnded() throws Exception {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch refused = new CountDownLatch(1);
        RunListener waiting =
                new RunListener() {
                    @Override
                    public void step(RunEvent.Step step) {
                        running.countDown();
                        try {
                            refused.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
        SodaTrainer trainer = trainer(soda, first).listener(waiting).build();
        try (Soda other = TinyTraining.model(0).build()) {
            CompletableFuture<TrainingSummary> training =
                    CompletableFuture.supplyAsync(trainer::fit);
            running.await();
            opened.set(0);
            SodaTrainer late = trainer(other, second).build();
            try {
                assertThatThrownBy(late::fit)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContainingAll(
                                "the training with the folder " + second,
                                "found the training with the folder " + first,
                                "Wait for it");
            } finally {
                refused.countDown();
            }
            assertThat(Files.exists(second)).isFalse();
            assertThat(opened).as("loaders of the second").hasValue(0);
            assertThat(training.join().complete()).isTrue();
            assertThat(late.fit().complete()).isTrue();
        }
    }

    @Test
    void aTrainingThatFailsMakesWayForTheNext() {
        SodaTrainer.Builder failing = trainer(soda, folder.resolve("failing"));
        failing.data =
                request -> {
                    throw new IllegalArgumentException("no data");
                };
        assertThatThrownBy(failing.build()::fit).hasMessage("no data");
        CompletableFuture<TrainingSummary> next =
                CompletableFuture.supplyAsync(trainer(soda, folder.resolve("next")).build()::fit);
        assertThat(next.join().complete()).isTrue();
    }

    @Test
    void anEvaluationMayTrainOnTheTrainingsThread() {
        Evaluation probe =
                model -> {
                    try (GradientRecording recording = GradientRecording.begin("a probe");
                            GradientCollector collector = recording.newCollector()) {
                        assertThat(collector).isNotNull();
                        return Map.of("trained", 1.0);
                    }
                };
        TrainingSummary summary =
                trainer(soda, folder.resolve("run"))
                        .evaluation("probe", probe)
                        .evaluateEveryEpochs(1)
                        .steps(7)
                        .build()
                        .fit();
        assertThat(summary.complete()).isTrue();
    }

    @Test
    void aCollectorOfTheApplicationIsNamed() {
        Path run = folder.resolve("run");
        try (GradientCollector own = PyTorchEngine.require().newGradientCollector()) {
            assertThat(own).isNotNull();
            CompletableFuture.runAsync(
                            () -> {
                                JniUtils.setGradMode(false); // The thread's own.
                                assertThatThrownBy(trainer(soda, run).build()::fit)
                                        .isInstanceOf(IllegalStateException.class)
                                        .hasMessageContaining("GradientCollector of DJL open");
                                assertThat(JniUtils.isGradMode()).as("stays as it was").isFalse();
                            },
                            task -> new Thread(task).start())
                    .join();
        }
        assertThat(Files.exists(run)).isFalse();
        assertThat(trainer(soda, run).build().fit().complete()).isTrue();
    }
}
