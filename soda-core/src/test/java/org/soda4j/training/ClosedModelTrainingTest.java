package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.engine.ArrayFixture;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** Closing the model stops its training like anything else that stops it. */
class ClosedModelTrainingTest extends ArrayFixture {

    @TempDir Path folder;

    private SodaTrainer.Builder trainer(Soda soda, Path run) {
        return TinyTraining.trainer(soda, TinyTraining.data(manager, 12)).steps(5).folder(run);
    }

    @Test
    void theTrainingEndsAfterTheStepAndGoesOnWithAnotherModel() {
        Path run = folder.resolve("run");
        Soda soda = TinyTraining.model(0).build();
        RunListener closing =
                new RunListener() {
                    @Override
                    public void step(RunEvent.Step step) {
                        if (step.step() == 2) {
                            CompletableFuture.runAsync(soda::close).join();
                        }
                    }
                };
        TrainingSummary summary = trainer(soda, run).listener(closing).build().fit();
        assertThat(summary.reason()).isEqualTo("the model was closed");
        assertThat(summary.complete()).isFalse();
        assertThat(TinyTraining.newest(run).step()).isEqualTo(2);
        try (Soda other = TinyTraining.model(0).build()) {
            assertThat(trainer(other, run).build().fit().complete()).isTrue();
        }
    }

    @Test
    void aClosedModelIsRefusedBeforeAnyWork() {
        Path run = folder.resolve("run");
        Soda soda = TinyTraining.model(0).build();
        SodaTrainer trainer = trainer(soda, run).build();
        soda.close();
        assertThatThrownBy(trainer::fit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("this Soda is closed");
        assertThat(Files.exists(run)).isFalse();
    }
}
