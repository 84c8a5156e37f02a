package org.soda4j.eval.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;

/** Executors in JVMs of their own, one of which dies while it encodes. */
class ExecutorLossTest {

    @TempDir Path folder;

    @Test
    @Timeout(600) // Spark waits for executors for ever.
    void aKilledExecutorLosesNothing() throws IOException {
        Path images = folder.resolve("images");
        Path model = folder.resolve("model");
        SparkFiles.writeImages(images, 12);
        SparkFiles.saveModel(model, 3);
        // Where Spark looks for its jars; they are on the executors' class path already.
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        String mark = folder.resolve("killed").toString();
        try (SparkSession spark = SparkFiles.session("local-cluster[2,1,1024]")) {
            FilterFunction<Row> killOnce =
                    row -> {
                        Path killed = Path.of(mark);
                        if (row.getString(0).equals("dark/011.png") && !Files.exists(killed)) {
                            Files.writeString(killed, ProcessHandle.current().pid() + "");
                            Runtime.getRuntime().halt(137); // As SIGKILL: no clean-up at all.
                        }
                        return true;
                    };
            Dataset<Row> rows =
                    SparkImages.folder(spark, images.toString()).rows().filter(killOnce);
            String features = folder.resolve("features").toString();
            SparkExtraction count =
                    SparkFeatureExtractor.of(model)
                            .batchSize(3)
                            .extract(
                                    SparkImages.of(rows, "id", "content")
                                            .withLabels("label", List.of("bright", "dark")),
                                    features,
                                    folder.resolve("failures").toString());
            long killed = Long.parseLong(Files.readString(Path.of(mark)));
            assertThat(killed).isNotEqualTo(ProcessHandle.current().pid());
            assertThat(count).isEqualTo(new SparkExtraction(24, 0));
            FeatureSet actual = SparkFeatures.read(spark, features);
            FeatureSet expected = SparkFiles.plainFeatures(model, images, Output.LATENT, 3);
            assertThat(actual.labels()).isEqualTo(expected.labels());
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.row(i)).as("row %d", i).isEqualTo(expected.row(i));
            }
        }
    }
}
