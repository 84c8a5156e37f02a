package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.examples.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Encodes images on Apache Spark; names no class of Spark, so that the list works without it. */
@Command(
        name = "encode-spark",
        description =
                "Encodes a folder or a Parquet table of images on Apache Spark into Parquet (id,"
                        + " label, vector). Needs Spark on the class path: see docs/spark.md.")
final class EncodeSpark extends Program {

    @Parameters(paramLabel = "MODEL", description = "Folder of a saved model.")
    Path model;

    @Option(
            names = "--images",
            required = true,
            description =
                    "Folder of image files, one folder a class or without classes; with --content"
                            + " a Parquet table.")
    String images;

    @Option(
            names = "--content",
            description =
                    "Column of the table with the bytes of image files, such as image.bytes. Default: none, --images is a folder.")
    String content;

    @Option(names = "--id", defaultValue = "id", description = "Column that names an image.")
    String id;

    @Option(names = "--label", description = "Column with the label. Default: no labels.")
    String label;

    @Option(names = "--out", required = true, description = "Folder for the features; must be new.")
    String out;

    @Option(
            names = "--failures",
            description =
                    "Folder for the images that cannot be decoded, with their errors; must be new."
                            + " Default: that of --out with -failures.")
    String failures;

    @Option(
            names = "--features",
            paramLabel = "NAME",
            description =
                    "One of ${COMPLETION-CANDIDATES}, as it is. Default: JOINED (latent and means of all"
                            + " stages) standardised by the model's statistics; LATENT where the model"
                            + " has none.")
    FeatureExtractor.Output features;

    @Option(names = "--batch", defaultValue = "64", description = "Images at once, in each task.")
    int batchSize;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of each task.")
    int threads;

    @Option(
            names = "--master",
            description = "Spark's master, such as local[2]. Default: what spark-submit set.")
    String master;

    @Override
    public Integer call() throws IOException {
        if (failures == null) {
            failures = out + "-failures";
        }
        try {
            writer().println(SparkEncoding.run(this));
            return 0;
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "expected Apache Spark on the class path, found no %s; start with spark-submit or with the class path in docs/spark.md"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new EncodeSpark(), args));
    }
}
