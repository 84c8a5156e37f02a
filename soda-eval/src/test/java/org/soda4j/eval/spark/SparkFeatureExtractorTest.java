package org.soda4j.eval.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.TestImageFiles;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;

class SparkFeatureExtractorTest {

    private static final int PER_CLASS = 12;

    /** Partitions end with a smaller batch. */
    private static final int BATCH = 5;

    @TempDir static Path folder;
    private static Path images;
    private static Path model;
    private static SparkSession spark;

    private static int threadsBefore;

    @BeforeAll
    static void open() throws IOException {
        // Bits are the same for the same number of threads, which is a setting of each thread.
        Engine.getEngine("PyTorch"); // Loads the library that the calls need.
        threadsBefore = JniUtils.getNumThreads();
        JniUtils.setNumThreads(1);
        images = folder.resolve("images with a space");
        model = folder.resolve("model");
        SparkFiles.writeImages(images, PER_CLASS);
        SparkFiles.saveModel(model, 3);
        spark = SparkFiles.session("local[2,4]");
    }

    @AfterAll
    static void close() {
        spark.stop();
        JniUtils.setNumThreads(threadsBefore);
    }

    private static String out(String name) {
        return folder.resolve(name).toString();
    }

    private static void assertSameFeatures(FeatureSet actual, FeatureSet expected) {
        assertThat(actual.labels()).isEqualTo(expected.labels());
        assertThat(actual.classNames()).isEqualTo(expected.classNames());
        assertThat(actual.ids()).isEqualTo(expected.ids());
        for (int i = 0; i < expected.size(); i++) {
            // Bit for bit: Arrays.equals compares floats by floatToIntBits.
            assertThat(Arrays.equals(actual.row(i), expected.row(i))).as("row %d", i).isTrue();
        }
        assertThat(actual.size()).isEqualTo(expected.size());
    }

    @Test
    void aFolderGivesThePlainExtractorsBitsAndProbesReadThem() throws IOException {
        int before = ExecutorModels.loaded();
        SparkImages files = SparkImages.folder(spark, images.toString());
        assertThat(files.rows().rdd().getNumPartitions()).isEqualTo(2);
        SparkExtraction count =
                SparkFeatureExtractor.of(model)
                        .batchSize(BATCH)
                        .threads(1)
                        .extract(files, out("features"), out("failures"));
        assertThat(count).isEqualTo(new SparkExtraction(2 * PER_CLASS, 0));
        FeatureSet features = SparkFeatures.read(spark, out("features"));
        assertSameFeatures(features, SparkFiles.plainFeatures(model, images, Output.LATENT, BATCH));
        assertThat(features.provenance())
                .containsEntry("features", "LATENT")
                .hasEntrySatisfying("model", hash -> assertThat(hash).hasSize(64));
        assertThat(ExecutorModels.loaded() - before).isLessThanOrEqualTo(1);

        double nearest = KnnProbe.builder().k(3).build().evaluate(features, features).accuracy();
        double linear = LinearProbe.onFeatures().evaluate(features, features).accuracy();
        assertThat(nearest).isGreaterThan(0.9);
        assertThat(linear).isGreaterThan(0.9);
    }

    @Test
    void everyOutputIsThePlainExtractors() throws IOException {
        SparkImages files = SparkImages.folder(spark, images.toString());
        for (Output output : List.of(Output.NORMALIZED_LATENT, Output.POOLED, Output.PIXELS)) {
            SparkFeatureExtractor extractor =
                    SparkFeatureExtractor.of(model).output(output).batchSize(BATCH).threads(1);
            FeatureSet features = SparkFeatures.collect(extractor.encode(files));
            assertSameFeatures(features, SparkFiles.plainFeatures(model, images, output, BATCH));
        }
    }

    /** As that of the plain extractor, whose words they share. */
    @Test
    void theDefaultOfATrainedModelIsStandardised() throws IOException {
        Path trained = folder.resolve("with statistics");
        FeatureSet expected;
        FeatureSet stages;
        try (Soda soda = Soda.load(model, Device.cpu(), Precision.FP32)) {
            ImageFolder set = ImageFolder.builder().root(images).build();
            FeatureSet raw = FeatureExtractor.of(soda).output(Output.JOINED).extract(set);
            soda.keepFeatureStatistics(FeatureStatistics.of(raw.sharedValues(), raw.width()));
            soda.save(trained);
            FeatureExtractor best = FeatureExtractor.of(soda).batchSize(BATCH);
            expected = best.extract(set);
            stages = best.output(Output.STAGES).extract(set);
        }
        SparkImages files = SparkImages.folder(spark, images.toString());
        SparkFeatureExtractor best = SparkFeatureExtractor.of(trained).batchSize(BATCH).threads(1);
        FeatureSet features = SparkFeatures.collect(best.encode(files));
        assertSameFeatures(features, expected);
        assertThat(features.provenance())
                .containsEntry("features", "JOINED")
                .containsEntry("standardized", "true");
        FeatureSet named = SparkFeatures.collect(best.output(Output.STAGES).encode(files));
        assertSameFeatures(named, stages);
        assertThat(named.provenance()).doesNotContainKey("standardized");
        assertThatThrownBy(() -> SparkFeatureExtractor.of(model).standardized(true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected a model with statistics");
    }

    @Test
    void everyKindOfFileGivesTheLatentOfEncode() throws IOException {
        List<Path> files = TestImageFiles.copyTo(folder.resolve("kinds"));
        FeatureSet features =
                SparkFeatures.collect(
                        SparkFeatureExtractor.of(model)
                                .batchSize(1)
                                .threads(1)
                                .encode(
                                        SparkImages.folder(
                                                spark, folder.resolve("kinds").toString())));
        try (Soda soda = Soda.load(model)) {
            for (int i = 0; i < files.size(); i++) {
                assertThat(features.row(i))
                        .as("%s", files.get(i))
                        .isEqualTo(soda.encode(files.get(i)));
            }
        }
    }

    @Test
    void theNumberOfThreadsCanBeSet() throws IOException {
        SparkImages files = SparkImages.folder(spark, images.toString());
        FeatureSet two =
                SparkFeatures.collect(
                        SparkFeatureExtractor.of(model).batchSize(BATCH).threads(2).encode(files));
        FeatureSet expected = SparkFiles.plainFeatures(model, images, Output.LATENT, BATCH);
        for (int i = 0; i < expected.size(); i++) {
            // Another number of threads may add in another order.
            assertThat(two.row(i)).containsExactly(expected.row(i), within(1e-5f));
        }
    }

    @Test
    void anotherModelTakesThePlaceOfTheFirst() throws IOException {
        Path other = folder.resolve("other model");
        SparkFiles.saveModel(other, 4);
        SparkImages files = SparkImages.folder(spark, images.toString());
        FeatureSet features =
                SparkFeatures.collect(
                        SparkFeatureExtractor.of(other).batchSize(BATCH).threads(1).encode(files));
        assertSameFeatures(features, SparkFiles.plainFeatures(other, images, Output.LATENT, BATCH));
        assertThat(features.row(0))
                .isNotEqualTo(SparkFiles.plainFeatures(model, images, Output.LATENT, BATCH).row(0));
    }

    @Test
    void parquetWithBytesAndLabelsOfItsOwn() throws IOException {
        SparkImages.folder(spark, images.toString())
                .rows()
                .selectExpr("id AS key", "struct(content AS bytes) AS image", "1 - label AS kind")
                .write()
                .parquet(out("table"));
        SparkImages table =
                SparkImages.of(spark.read().parquet(out("table")), "key", "image.bytes")
                        .withLabels("kind", List.of("second", "first"));
        FeatureSet features =
                SparkFeatures.collect(
                        SparkFeatureExtractor.of(model).batchSize(BATCH).threads(1).encode(table));
        FeatureSet expected = SparkFiles.plainFeatures(model, images, Output.LATENT, BATCH);
        assertThat(features.row(7)).isEqualTo(expected.row(7));
        assertThat(features.label(0)).isEqualTo(1 - expected.label(0));
        assertThat(features.classNames()).containsExactly("second", "first");
        assertThat(
                        SparkFeatures.collect(
                                        SparkFeatureExtractor.of(model)
                                                .encode(
                                                        SparkImages.of(
                                                                spark.read().parquet(out("table")),
                                                                "key",
                                                                "image.bytes")))
                                .hasLabels())
                .isFalse();
    }

    @Test
    void corruptImagesGoToTheSideTable() throws IOException {
        Path mixed = folder.resolve("mixed");
        SparkFiles.writeImages(mixed, 6);
        byte[] whole = Files.readAllBytes(mixed.resolve("dark/003.png"));
        Files.write(mixed.resolve("dark/003.png"), Arrays.copyOf(whole, whole.length / 2));
        Files.writeString(mixed.resolve("bright/note.jpg"), "no image");
        Files.writeString(mixed.resolve("bright/readme.txt"), "left out: no image's ending");
        SparkExtraction count =
                SparkFeatureExtractor.of(model)
                        .batchSize(BATCH)
                        .threads(1)
                        .extract(
                                SparkImages.folder(spark, mixed.toString()),
                                out("mixed-features"),
                                out("mixed-failures"));
        assertThat(count).isEqualTo(new SparkExtraction(11, 2));
        List<Row> failures =
                spark.read().parquet(out("mixed-failures")).orderBy("id").collectAsList();
        assertThat(failures.get(0).getString(0)).isEqualTo("bright/note.jpg");
        assertThat(failures.get(0).getString(1)).startsWith("bright/note.jpg: expected");
        assertThat(failures.get(1).getString(0)).isEqualTo("dark/003.png");
        assertThat(failures.get(1).getString(1)).contains("PNG");
        FeatureSet features = SparkFeatures.read(spark, out("mixed-features"));
        assertThat(features.labels()).containsExactly(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
        FeatureSet all = SparkFiles.plainFeatures(model, images, Output.LATENT, BATCH);
        // The same random numbers made the first images of both folders.
        assertThat(features.row(0)).isEqualTo(all.row(0));
    }

    @Test
    void aFolderWithoutClassesHasNoLabels() throws IOException {
        Path flat = Files.createDirectories(folder.resolve("flat"));
        Files.copy(images.resolve("dark/001.png"), flat.resolve("b.PNG"));
        Files.copy(images.resolve("dark/000.png"), flat.resolve("a.png"));
        FeatureSet features =
                SparkFeatures.collect(
                        SparkFeatureExtractor.of(model)
                                .batchSize(BATCH)
                                .threads(1)
                                .encode(SparkImages.folder(spark, flat.toString())));
        assertThat(features.hasLabels()).isFalse();
        assertThat(features.row(1))
                .isEqualTo(
                        SparkFiles.plainFeatures(model, images, Output.LATENT, BATCH)
                                .row(PER_CLASS + 1));
        Files.createDirectories(flat.resolve("class"));
        Files.copy(images.resolve("dark/000.png"), flat.resolve("class/a.png"));
        assertThatThrownBy(() -> SparkImages.folder(spark, flat.toString()))
                .hasMessageContaining("found both (folder class)");
    }

    @Test
    void whatIsWrongIsRefusedWithItsName() throws IOException {
        Dataset<Row> rows = SparkImages.folder(spark, images.toString()).rows();
        assertThatThrownBy(() -> SparkImages.of(rows, "name", "content"))
                .hasMessage("expected a column name, found id, label, content");
        assertThatThrownBy(() -> SparkImages.of(rows, "id", "label"))
                .hasMessage("label: expected binary content of image files, found integer");
        SparkFeatureExtractor extractor = SparkFeatureExtractor.of(model);
        Dataset<Row> twice = extractor.encode(SparkImages.of(rows.union(rows), "id", "content"));
        assertThatThrownBy(() -> SparkFeatures.collect(twice))
                .hasMessage("expected each id once, found twice: bright/000.png");
        Path there = Files.createDirectories(folder.resolve("there"));
        SparkImages files = SparkImages.folder(spark, images.toString());
        assertThatThrownBy(() -> extractor.extract(files, out("new"), there.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there: exists");
        assertThatThrownBy(() -> SparkFeatureExtractor.of(there))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("config.json: not found");
        assertThatThrownBy(() -> SparkImages.folder(spark, there.toString()))
                .hasMessageContaining("expected image files");
        assertThatThrownBy(() -> extractor.batchSize(0)).hasMessageContaining("found 0");
        assertThatThrownBy(() -> extractor.threads(-1)).hasMessageContaining("found -1");
    }
}
