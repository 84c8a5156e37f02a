package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import org.soda4j.training.run.RunFolder;

class ReusedBuilderTest {

    @TempDir Path folder;

    /** All that the first trainer writes is in the folder that it was built with. */
    @Test
    void aTrainerDoesNotSeeWhatItsBuilderIsToldLater() throws Exception {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        List<Long> seen = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0).build()) {
            SodaTrainer.Builder builder =
                    TinyTraining.trainer(soda, TinyTraining.data(manager, 8))
                            .folder(first)
                            .steps(2);
            SodaTrainer trainer = builder.build();
            builder.folder(second)
                    .steps(7)
                    .data(TinyTraining.data(manager, 4))
                    .evaluation(
                            "late",
                            context -> {
                                throw new IllegalStateException("not of this trainer");
                            })
                    .listener(
                            new RunListener() {
                                @Override
                                public void step(RunEvent.Step step) {
                                    seen.add(step.step());
                                }
                            });
            trainer.fit();
        }
        assertThat(RunFolder.metrics(first)).isNotEmptyFile();
        assertThat(RunFolder.checkpoints(first)).isNotEmptyDirectory();
        assertThat(Files.readString(RunFolder.metrics(first))).contains("\"step\":2");
        assertThat(second).doesNotExist();
        assertThat(seen).isEmpty();
    }

    @Test
    void aTrainerHasAllThatItsBuilderWasTold() throws Exception {
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0).build()) {
            SodaTrainer.Builder told =
                    TinyTraining.trainer(soda, TinyTraining.data(manager, 8))
                            .folder(folder)
                            .stopOnShutdown(true)
                            .steps(2);
            Field options = SodaTrainer.class.getDeclaredField("options");
            options.setAccessible(true);
            Object copy = options.get(told.build());
            for (Field field : SodaTrainer.Builder.class.getDeclaredFields()) {
                field.setAccessible(true);
                assertThat(field.get(copy)).as(field.getName()).isEqualTo(field.get(told));
            }
        }
    }
}
