package org.soda4j.eval.spark;

import ai.djl.Device;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureSet;

/** Files, sessions and a model for the tests of this package. */
final class SparkFiles {

    private SparkFiles() {}

    /** A folder of PNG files of several sizes, {@code perClass} in each of two classes. */
    static void writeImages(Path root, int perClass) throws IOException {
        Random random = new Random(5);
        for (String name : new String[] {"bright", "dark"}) {
            Path folder = Files.createDirectories(root.resolve(name));
            int base = name.equals("dark") ? 30 : 160;
            for (int i = 0; i < perClass; i++) {
                BufferedImage image =
                        new BufferedImage(17 + i % 5, 19 + i % 3, BufferedImage.TYPE_INT_RGB);
                for (int y = 0; y < image.getHeight(); y++) {
                    for (int x = 0; x < image.getWidth(); x++) {
                        int v = base + random.nextInt(70);
                        image.setRGB(x, y, v << 16 | (v + random.nextInt(20)) << 8 | v);
                    }
                }
                ImageIO.write(image, "png", folder.resolve("%03d.png".formatted(i)).toFile());
            }
        }
    }

    /** Saves a small untrained model of 16 x 16 images with 12 latent numbers. */
    static void saveModel(Path folder, long seed) throws IOException {
        try (Soda soda = TinyModels.builder(12, 1, 2).seed(seed).build()) {
            soda.save(folder);
        }
    }

    /** What the plain extractor makes of a folder. */
    static FeatureSet plainFeatures(
            Path model, Path images, FeatureExtractor.Output output, int batchSize)
            throws IOException {
        try (Soda soda = Soda.load(model, Device.cpu(), Precision.FP32)) {
            return FeatureExtractor.of(soda)
                    .output(output)
                    .batchSize(batchSize)
                    .extract(ImageFolder.builder().root(images).build());
        }
    }

    static SparkSession session(String master) {
        return SparkSession.builder()
                .master(master)
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 1)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executorEnv.OPT_OUT_TRACKING", "true")
                // A machine that stands still for minutes must not look like lost executors.
                .config("spark.network.timeout", "1h")
                .config("spark.worker.timeout", 3600)
                .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1")
                // To compile a query takes longer than to run it on these few rows.
                .config("spark.sql.codegen.wholeStage", false)
                // Several partitions of few small files each.
                .config("spark.sql.files.maxPartitionBytes", 40_000)
                .config("spark.sql.files.openCostInBytes", 5_000)
                .getOrCreate();
    }
}
