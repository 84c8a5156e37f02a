package org.soda4j.eval.spark;

import static org.apache.spark.sql.functions.array_position;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.split;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Images in Spark: rows of an id, the content of an image file, and maybe a label. What a content
 * may be stands at {@link org.soda4j.image.ImageDecoder}.
 *
 * <pre>{@code
 * SparkImages files = SparkImages.folder(spark, "hdfs:///images");
 * SparkImages table = SparkImages.of(spark.read().parquet("images.parquet"), "key", "jpeg")
 *         .withLabels("class", List.of("cat", "dog"));
 * }</pre>
 */
public final class SparkImages {

    static final String CONTENT = "content";
    private static final int FILES_PER_PARTITION = 1024;

    private final Dataset<Row> rows;
    private final List<String> classNames;

    private SparkImages(Dataset<Row> rows, List<String> classNames) {
        this.rows = rows;
        this.classNames = classNames;
    }

    /**
     * Reads image files with Spark's source {@code binaryFile}: one folder a class below the root,
     * or files without labels in the root itself, as {@link org.soda4j.data.dataset.ImageFolder}
     * does. The id is the path below the root. The files are listed now and read when they are
     * encoded.
     *
     * @param spark the session
     * @param root a folder on any file system that every executor sees
     * @return the images; a file that is no image becomes a failure when it is encoded
     * @throws IOException if the folder cannot be reached
     * @throws IllegalArgumentException if it has no file with an image's ending (jpg, jpeg, jpe,
     *     jfif, png, bmp, gif, webp)
     */
    public static SparkImages folder(SparkSession spark, String root) throws IOException {
        Path path = new Path(root);
        String base =
                path.getFileSystem(spark.sparkContext().hadoopConfiguration())
                        .makeQualified(path)
                        .toString();
        Dataset<Row> files =
                spark.read()
                        .format("binaryFile")
                        .option("recursiveFileLookup", true)
                        .load(root)
                        .where(
                                lower(col("path"))
                                        .rlike("[^/.][^/]*\\.(jpe?g|jpe|jfif|png|bmp|gif|webp)$"))
                        .select(
                                col("path")
                                        .substr(base.length() + 2, Integer.MAX_VALUE)
                                        .as(FeatureRows.ID),
                                col(CONTENT));
        Column slash = functions.instr(col(FeatureRows.ID), "/");
        Column first = split(col(FeatureRows.ID), "/", 2).getItem(0);
        List<Row> counts =
                files.groupBy(functions.when(slash.gt(0), first).otherwise(lit("")))
                        .count()
                        .collectAsList();
        List<String> folders = counts.stream().map(row -> row.getString(0)).sorted().toList();
        long size = counts.stream().mapToLong(row -> row.getLong(1)).sum();
        if (folders.isEmpty()) {
            throw new IllegalArgumentException(
                    root + ": expected image files (jpg, png, bmp, gif, webp), found none");
        }
        boolean labelled = !folders.contains("");
        if (!labelled && folders.size() > 1) {
            throw new IllegalArgumentException(
                    "%s: expected images either in folders, one a class, or in the root alone, found both (folder %s); move one of them"
                            .formatted(root, folders.get(1)));
        }
        if (!labelled) {
            return of(inFewPartitions(files, size), FeatureRows.ID, CONTENT);
        }
        Column[] names = folders.stream().map(functions::lit).toArray(Column[]::new);
        Column label = array_position(functions.array(names), first).minus(1);
        Dataset<Row> labels = inFewPartitions(files, size).withColumn(FeatureRows.LABEL, label);
        return of(labels, FeatureRows.ID, CONTENT).withLabels(FeatureRows.LABEL, folders);
    }

    /** Spark plans a file as if it had 4 MB more: 32 small ones a task, less than a batch. */
    private static Dataset<Row> inFewPartitions(Dataset<Row> files, long size) {
        long partitions =
                Math.max(
                        files.sparkSession().sparkContext().defaultParallelism(),
                        size / FILES_PER_PARTITION);
        return files.coalesce(Math.toIntExact(partitions));
    }

    /**
     * Takes any rows: those of {@code binaryFile} ({@code path}, {@code content}), of Parquet, of a
     * query.
     *
     * @param rows at least these two columns
     * @param id the name of the column that names an image; each value once. Becomes a string
     * @param content the name of the column, or of the field (such as {@code image.bytes}), with
     *     the bytes of an image file
     * @return the images, without labels
     * @throws IllegalArgumentException if there is no such column, or the content is not binary
     */
    public static SparkImages of(Dataset<Row> rows, String id, String content) {
        Dataset<Row> chosen =
                rows.withColumn(FeatureRows.ID + "_", column(rows, id).cast(DataTypes.StringType))
                        .withColumn(CONTENT + "_", column(rows, content));
        if (!chosen.schema().apply(CONTENT + "_").dataType().equals(DataTypes.BinaryType)) {
            throw new IllegalArgumentException(
                    "%s: expected binary content of image files, found %s"
                            .formatted(
                                    content,
                                    chosen.schema().apply(CONTENT + "_").dataType().typeName()));
        }
        return new SparkImages(chosen, List.of());
    }

    /**
     * The same images with labels.
     *
     * @param label the name of a column of integers; null or negative: no label
     * @param names the names of the classes in label order, or empty if they have none
     * @return labelled images
     * @throws IllegalArgumentException if there is no such column
     */
    public SparkImages withLabels(String label, List<String> names) {
        return new SparkImages(
                rows.withColumn(
                        FeatureRows.LABEL + "_", column(rows, label).cast(DataTypes.IntegerType)),
                List.copyOf(names));
    }

    private static Column column(Dataset<Row> rows, String name) {
        try {
            return rows.col(Objects.requireNonNull(name, "name"));
        } catch (Exception e) { // AnalysisException is checked and not declared: Scala.
            throw new IllegalArgumentException(
                    "expected a column %s, found %s"
                            .formatted(name, String.join(", ", rows.columns())),
                    e);
        }
    }

    /** Rows of (id, label, content), in this order. */
    Dataset<Row> rows() {
        boolean labelled = List.of(rows.columns()).contains(FeatureRows.LABEL + "_");
        Column none = lit(null).cast(DataTypes.IntegerType);
        return rows.select(
                col(FeatureRows.ID + "_").as(FeatureRows.ID),
                (labelled ? col(FeatureRows.LABEL + "_") : none).as(FeatureRows.LABEL),
                col(CONTENT + "_").as(CONTENT));
    }

    List<String> classNames() {
        return classNames;
    }
}
