package org.soda4j.training.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.training.CapturedLog;

class RecordingListenersTest {

    @TempDir Path folder;

    /** The steps from..to of an invented run; an epoch has ten. */
    private static void train(RunListener listener, long from, long to) {
        for (long step = from; step <= to; step++) {
            listener.step(RunEvents.step(step, 1.0 / step));
            if (step % 10 == 0) {
                listener.epoch(RunEvents.epoch(step, 2.0 / step));
                listener.evaluation(RunEvents.evaluation(step, "knn.accuracy", 0.01 * step));
            }
        }
    }

    @Test
    void linesHoldWhatHappened() throws Exception {
        Path file = folder.resolve("run/metrics.jsonl");
        JsonLinesListener listener = new JsonLinesListener(file);
        listener.begin(RunEvents.begin(0), reason -> {});
        listener.step(RunEvents.step(1, 0.1));
        listener.step(RunEvents.step(2, Double.NaN));
        // What a killed process wrote is there without closing.
        assertThat(Files.readAllLines(file)).hasSize(2);
        listener.epoch(RunEvents.epoch(10, 0.25));
        listener.evaluation(RunEvents.evaluation(10, "knn.accuracy", 0.5));
        listener.end(RunEvents.end(10));
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "{\"type\":\"step\",\"step\":1,\"epoch\":1,\"images\":128,\"loss\":0.1,"
                                + "\"encoderLearningRate\":2.0E-4,\"denoiserLearningRate\":1.0E-4,"
                                + "\"gradientNorm\":0.5}",
                        "{\"type\":\"step\",\"step\":2,\"epoch\":1,\"images\":256,\"loss\":\"NaN\","
                                + "\"encoderLearningRate\":2.0E-4,\"denoiserLearningRate\":1.0E-4,"
                                + "\"gradientNorm\":1.0}",
                        "{\"type\":\"epoch\",\"step\":10,\"epoch\":1,\"images\":1280,"
                                + "\"meanLoss\":0.25}",
                        "{\"type\":\"evaluation\",\"step\":10,\"epoch\":1,\"images\":1280,"
                                + "\"knn.accuracy\":0.5}");
    }

    @Test
    void timingsAreThereWhenAskedFor() throws Exception {
        Path file = folder.resolve("metrics.jsonl");
        JsonLinesListener listener = new JsonLinesListener(file, true);
        listener.begin(RunEvents.begin(0), reason -> {});
        listener.step(RunEvents.step(1, 0.1));
        listener.end(RunEvents.end(1));
        JsonNode line = new ObjectMapper().readTree(file.toFile());
        assertThat(line.get("time").asText()).isEqualTo("2026-01-02T03:04:05.250Z");
        assertThat(line.get("imagesPerSecond").asDouble()).isEqualTo(256);
    }

    @Test
    void aResumedRunHasTheFileOfAnUninterruptedOne() throws Exception {
        Path whole = folder.resolve("whole.jsonl");
        JsonLinesListener uninterrupted = new JsonLinesListener(whole);
        uninterrupted.begin(RunEvents.begin(0), reason -> {});
        train(uninterrupted, 1, 30);
        uninterrupted.end(RunEvents.end(30));

        for (long checkpoint : new long[] {0, 1, 9, 10, 20}) {
            for (String torn : List.of("", "{\"type\":\"st", "\0\0\0\n", "\n")) {
                Path file = folder.resolve("resumed.jsonl");
                JsonLinesListener killed = new JsonLinesListener(file);
                killed.begin(RunEvents.begin(0), reason -> {});
                train(killed, 1, checkpoint + 3);
                killed.flush();
                killed.failure(RunEvents.failure(checkpoint + 3));
                Files.write(file, torn.getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);

                JsonLinesListener resumed = new JsonLinesListener(file);
                CapturedLog.of(() -> resumed.begin(RunEvents.begin(checkpoint), reason -> {}));
                train(resumed, checkpoint + 1, 30);
                resumed.end(RunEvents.end(30));
                assertThat(file).as("%d %s", checkpoint, torn).hasSameBinaryContentAs(whole);
            }
        }
    }

    @Test
    void theLengthAtTheCheckpointCutsAlsoWithinAStep() throws Exception {
        Path whole = folder.resolve("whole.jsonl");
        JsonLinesListener uninterrupted = new JsonLinesListener(whole);
        uninterrupted.begin(RunEvents.begin(0), reason -> {});
        train(uninterrupted, 1, 30);
        uninterrupted.end(RunEvents.end(30));

        // A checkpoint after the last step of an epoch, before the epoch's own line.
        Path file = folder.resolve("resumed.jsonl");
        JsonLinesListener killed = new JsonLinesListener(file);
        killed.begin(RunEvents.begin(0), reason -> {});
        train(killed, 1, 9);
        killed.step(RunEvents.step(10, 0.1));
        JsonNode state = killed.state();
        killed.epoch(RunEvents.epoch(10, 0.2));
        killed.step(RunEvents.step(11, 7));

        JsonLinesListener resumed = new JsonLinesListener(file);
        resumed.restore(new ObjectMapper().readTree(state.toString()));
        resumed.begin(RunEvents.begin(10), reason -> {});
        resumed.epoch(RunEvents.epoch(10, 0.2));
        resumed.evaluation(RunEvents.evaluation(10, "knn.accuracy", 0.1));
        train(resumed, 11, 30);
        resumed.end(RunEvents.end(30));
        assertThat(file).hasSameBinaryContentAs(whole);

        // A file that lost what the checkpoint counted on is cut by its steps.
        Files.write(file, Files.readAllLines(file).subList(0, 5));
        JsonLinesListener shortened = new JsonLinesListener(file);
        shortened.restore(state);
        shortened.begin(RunEvents.begin(3), reason -> {});
        train(shortened, 4, 30);
        shortened.end(RunEvents.end(30));
        assertThat(file).hasSameBinaryContentAs(whole);
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        JsonLinesListener lines = new JsonLinesListener(file.resolve("metrics.jsonl"));
        assertThatThrownBy(() -> lines.begin(RunEvents.begin(0), reason -> {}))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
        TensorBoardListener events = new TensorBoardListener(file);
        assertThatThrownBy(() -> events.begin(RunEvents.begin(0), reason -> {}))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void tensorBoardGetsEveryEventAndANewFileAtEachStart() throws Exception {
        Path png = folder.resolve("a.png");
        Files.write(png, PngFixture.bytes());
        Path events = folder.resolve("events");
        RunEvents.TestClock clock = new RunEvents.TestClock();
        for (long start : new long[] {0, 10}) {
            TensorBoardListener listener = new TensorBoardListener(events, 2, clock);
            listener.begin(RunEvents.begin(start), reason -> {});
            train(listener, start + 1, start + 20);
            listener.samples(RunEvents.samples(start + 20, png));
            listener.end(RunEvents.end(start + 20));
        }
        try (Stream<Path> files = Files.list(events)) {
            List<Path> sorted = files.sorted().toList();
            assertThat(sorted).hasSize(2);
            String text = Files.readString(sorted.get(1), StandardCharsets.ISO_8859_1);
            for (String tag :
                    List.of(
                            "train/loss",
                            "train/gradient_norm",
                            "train/images_per_second",
                            "learning_rate/encoder",
                            "learning_rate/denoiser")) {
                assertThat(text.split(tag, -1)).as(tag).hasSize(1 + 10);
            }
            assertThat(text.split("epoch/mean_loss", -1)).hasSize(1 + 2);
            assertThat(text.split("evaluation/knn.accuracy", -1)).hasSize(1 + 2);
            assertThat(text).contains("samples/a").contains("IHDR");
        }
        assertThatThrownBy(() -> new TensorBoardListener(events, 0))
                .hasMessageContaining("everySteps");
    }
}
