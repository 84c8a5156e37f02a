package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.run.RunFolderException;

/**
 * Files of every format version load for ever. {@code src/test/resources/formats/1.zip} holds a run
 * folder, stopped after step 2 of 4, and its model, as version 1 of the formats wrote them; they
 * are never written again. A new format version gets files of its own beside them.
 */
class ReleasedFormatsTest {

    private static final Path VERSION_1 = Path.of("src", "test", "resources", "formats", "1.zip");

    @TempDir Path folder;

    @BeforeEach
    void unpack() throws IOException {
        FormatFiles.unzip(VERSION_1, folder);
    }

    @Test
    void aRunOfVersion1IsResumed() throws IOException {
        Path run = folder.resolve("run");
        List<RunEvent.Step> steps = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = FormatFiles.model()) {
            TrainingSummary summary =
                    FormatFiles.trainer(soda, manager, run)
                            .listener(TinyTraining.recording(steps))
                            .build()
                            .fit();
            assertThat(summary.complete()).isTrue();
        }
        assertThat(steps).extracting(RunEvent.Step::step).containsExactly(3L, 4L);
        // What the version that wrote the files went on with. Another processor adds in another
        // order: 1e-4 is far above that, and far below what a lost moment or weight changes.
        assertThat(steps)
                .extracting(RunEvent.Step::loss)
                .usingComparatorForType(
                        (a, b) -> Math.abs(a - b) < 1e-4 ? 0 : Double.compare(a, b), Double.class)
                .isEqualTo(FormatFiles.LOSSES_3_AND_4);
    }

    @Test
    void aFieldThatIsMissingHasItsDefault() throws IOException {
        Path run = folder.resolve("run");
        Path file = run.resolve("config.json");
        String config = Files.readString(file);
        String older = config.replaceFirst("\\s*\"emaWarmup\" : false,", "");
        assertThat(older).isNotEqualTo(config);
        Files.writeString(file, older);
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = FormatFiles.model()) {
            SodaTrainer.Builder trainer = FormatFiles.trainer(soda, manager, run);
            assertThatThrownBy(() -> trainer.emaRamp(EmaRamp.TENTHS).build().fit())
                    .isInstanceOf(RunFolderException.class)
                    .hasMessageContaining("emaRamp");
            assertThat(trainer.emaRamp(EmaRamp.PUBLISHED).build().fit().complete()).isTrue();
        }
    }

    @Test
    void aModelOfVersion1Loads() throws IOException {
        try (Soda soda = Soda.load(folder.resolve("model"));
                NDManager manager = NDManager.newBaseManager()) {
            try (Soda expected = FormatFiles.model()) {
                assertThat(soda.config()).isEqualTo(expected.config());
            }
            NDArray latents = soda.encode(TinyTraining.images(manager, TinyTraining.pixels(1, 1)));
            float[] z = latents.toFloatArray();
            for (int i = 0; i < z.length; i++) {
                assertThat((double) z[i]).isCloseTo(FormatFiles.LATENT[i], within(1e-5));
            }
        }
    }
}
