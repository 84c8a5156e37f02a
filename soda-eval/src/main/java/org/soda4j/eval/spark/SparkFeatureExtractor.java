package org.soda4j.eval.spark;

import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.soda4j.data.IntRange;
import org.soda4j.eval.feature.FeatureExtractor;

/**
 * Turns images in Spark into features: what {@link FeatureExtractor} computes, on every executor,
 * equal to it to the last bit with the same batch size, number of threads and kind of CPU. The
 * model travels as its safetensors; each executor JVM loads it once for all its tasks. A task that
 * fails or loses its executor is run again by Spark, and its rows are written once.
 *
 * <pre>{@code
 * SparkFeatureExtractor extractor = SparkFeatureExtractor.of(Path.of("model"));
 * SparkExtraction count = extractor.extract(
 *         SparkImages.folder(spark, "hdfs:///images"), "hdfs:///features", "hdfs:///failures");
 * FeatureSet features = SparkFeatures.read(spark, "hdfs:///features");
 * }</pre>
 *
 * <p>Immutable. Needs {@code spark-sql_2.13} 4.0 on the class path.
 */
public final class SparkFeatureExtractor {

    private final ModelFiles model;
    private final FeatureExtractor.Output output;
    private final boolean standardized;
    private final int batchSize;
    private final int threads;

    private SparkFeatureExtractor(
            ModelFiles model,
            FeatureExtractor.Output output,
            boolean standardized,
            int batchSize,
            int threads) {
        this.model = model;
        this.output = output;
        this.standardized = standardized;
        this.batchSize = batchSize;
        this.threads = threads;
    }

    /**
     * Takes what {@link FeatureExtractor#of} takes: the latent and the means of all stages,
     * standardised by the model's statistics; the latent alone where it has none. In batches of 64.
     *
     * @param model a folder that {@link org.soda4j.Soda#save} wrote, on the driver's machine; read
     *     now
     * @return the extractor
     * @throws IOException if the folder lacks a file, or the weights have 2 GiB or more
     */
    public static SparkFeatureExtractor of(Path model) throws IOException {
        ModelFiles files = ModelFiles.read(model);
        boolean best = files.hasStatistics();
        return new SparkFeatureExtractor(
                files,
                best ? FeatureExtractor.Output.JOINED : FeatureExtractor.Output.LATENT,
                best,
                64,
                0);
    }

    /**
     * Takes one kind of features, as they are unless {@link #standardized} is called after it.
     *
     * @param other what to take
     * @return a changed extractor
     */
    public SparkFeatureExtractor output(FeatureExtractor.Output other) {
        return new SparkFeatureExtractor(
                model, Objects.requireNonNull(other, "output"), false, batchSize, threads);
    }

    /**
     * Standardises features by the statistics that the model was saved with.
     *
     * @param standardize default: only where no output was named
     * @return a changed extractor
     * @throws IllegalStateException if the model has no statistics
     */
    public SparkFeatureExtractor standardized(boolean standardize) {
        if (standardize && !model.hasStatistics()) {
            throw new IllegalStateException(
                    "standardized: expected a model with statistics of its features, which a training measures, found none; train it, or take features as they are");
        }
        return new SparkFeatureExtractor(model, output, standardize, batchSize, threads);
    }

    /**
     * Encodes another number of images at once. A task holds one batch.
     *
     * @param size at least 1; default 64
     * @return a changed extractor
     */
    public SparkFeatureExtractor batchSize(int size) {
        return new SparkFeatureExtractor(
                model, output, standardized, IntRange.atLeastOne("batchSize", size), threads);
    }

    /**
     * Sets how many threads of PyTorch each task computes with; 1 is best where an executor runs as
     * many tasks as it has cores ({@code spark.executor.cores} / {@code spark.task.cpus}). The
     * setting stays in the executor's JVM, which in local mode is the driver's.
     *
     * @param count at least 1; default: PyTorch's own choice, which {@code OMP_NUM_THREADS} changes
     * @return a changed extractor
     */
    public SparkFeatureExtractor threads(int count) {
        return new SparkFeatureExtractor(
                model, output, standardized, batchSize, IntRange.atLeastOne("threads", count));
    }

    /**
     * Describes the encoding, which Spark carries out when the rows are asked for.
     *
     * @param images what to encode
     * @return rows of {@code id} (string), {@code label} (int or null), {@code vector} (array of
     *     float, or null) and {@code error} (string, or null): a vector, or why there is none. The
     *     metadata of {@code label} hold the class names, those of {@code vector} the provenance
     */
    public Dataset<Row> encode(SparkImages images) {
        Dataset<Row> rows = images.rows();
        Broadcast<ModelFiles> sent =
                JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext())
                        .broadcast(model);
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("features", output.name());
        if (standardized) {
            provenance.put("standardized", "true");
        }
        provenance.put("model", model.hash());
        Dataset<Row> encoded =
                rows.mapPartitions(
                        new PartitionEncoder(sent, output, standardized, batchSize, threads),
                        Encoders.row(FeatureRows.SCHEMA));
        return FeatureRows.describe(encoded, images.classNames(), provenance);
    }

    /**
     * Encodes and writes. Features are written last: a folder of features with Spark's mark {@code
     * _SUCCESS} is complete.
     *
     * @param images what to encode
     * @param features where the Parquet files (id, label, vector) go; must not exist
     * @param failures where those of the images that cannot be decoded (id, error) go; must not
     *     exist. Written also if there are none
     * @return how many of each
     * @throws IOException if a folder exists or cannot be reached
     */
    public SparkExtraction extract(SparkImages images, String features, String failures)
            throws IOException {
        Dataset<Row> rows = encode(images);
        requireNew(rows.sparkSession(), features);
        requireNew(rows.sparkSession(), failures);
        // Both tables come from one pass; blocks that are lost with an executor are made again.
        Dataset<Row> kept = rows.persist(StorageLevel.MEMORY_AND_DISK());
        try {
            Dataset<Row> failed =
                    kept.where(col(FeatureRows.VECTOR).isNull())
                            .select(FeatureRows.ID, FeatureRows.ERROR);
            Dataset<Row> encoded =
                    kept.where(col(FeatureRows.VECTOR).isNotNull())
                            .select(FeatureRows.ID, FeatureRows.LABEL, FeatureRows.VECTOR);
            failed.write().mode(SaveMode.ErrorIfExists).parquet(failures);
            encoded.write().mode(SaveMode.ErrorIfExists).parquet(features);
            SparkSession spark = rows.sparkSession();
            return new SparkExtraction(
                    spark.read().parquet(features).count(), spark.read().parquet(failures).count());
        } finally {
            kept.unpersist();
        }
    }

    private static void requireNew(SparkSession spark, String folder) throws IOException {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder);
        if (path.getFileSystem(spark.sparkContext().hadoopConfiguration()).exists(path)) {
            throw new IOException(
                    folder + ": exists; expected a folder to be made, remove it first");
        }
    }
}
