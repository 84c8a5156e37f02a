package org.soda4j.examples;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;
import org.soda4j.eval.spark.SparkExtraction;
import org.soda4j.eval.spark.SparkFeatureExtractor;
import org.soda4j.eval.spark.SparkImages;

/** The part of {@link EncodeSpark} that needs Spark. */
final class SparkEncoding {

    private SparkEncoding() {}

    static String run(EncodeSpark options) throws IOException {
        // For a plain JVM, where this library's simple logger is Spark's too.
        for (String name :
                new String[] {"org.apache.spark", "org.apache.hadoop", "org.sparkproject"}) {
            String key = "org.slf4j.simpleLogger.log." + name;
            System.setProperty(key, System.getProperty(key, "error"));
        }
        SparkSession.Builder builder =
                SparkSession.builder()
                        .appName("encode-spark")
                        .config("spark.ui.showConsoleProgress", false);
        if (options.master != null) {
            builder.master(options.master).config("spark.ui.enabled", false);
        }
        try (SparkSession spark = builder.getOrCreate()) {
            spark.sparkContext().setLogLevel("ERROR");
            long start = System.nanoTime();
            SparkFeatureExtractor best = SparkFeatureExtractor.of(options.model);
            SparkExtraction done =
                    (options.features == null ? best : best.output(options.features))
                            .batchSize(options.batchSize)
                            .threads(options.threads)
                            .extract(images(spark, options), options.out, options.failures);
            double seconds = (System.nanoTime() - start) * 1e-9;
            return String.format(
                    Locale.ROOT,
                    "%,d images encoded, %,d failed, in %.1f s (%.0f images/s); features: %s, failures: %s",
                    done.features(),
                    done.failures(),
                    seconds,
                    done.features() / seconds,
                    options.out,
                    options.failures);
        }
    }

    private static SparkImages images(SparkSession spark, EncodeSpark options) throws IOException {
        if (options.content == null) {
            return SparkImages.folder(spark, options.images);
        }
        SparkImages table =
                SparkImages.of(spark.read().parquet(options.images), options.id, options.content);
        return options.label == null ? table : table.withLabels(options.label, List.of());
    }
}
