package org.soda4j.examples.goldens;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnMetric;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.LogisticModel;
import org.soda4j.eval.probe.LogisticRegression;
import org.soda4j.eval.quality.FrechetDistance;
import org.soda4j.eval.quality.KernelDistance;
import org.soda4j.eval.quality.Psnr;
import org.soda4j.eval.quality.Ssim;

/** Probes and image metrics against scikit-learn, scikit-image and NumPy. */
final class MetricsCase {

    /** A count of test examples that is the same gives the same fraction, to the last digits. */
    private static final double SAME_COUNT = 1e-12;

    private final GoldenFile golden;
    private final JsonNode values;
    private final FeatureSet train;
    private final FeatureSet test;

    MetricsCase(GoldenFile golden) throws IOException {
        this.golden = golden;
        values = golden.config().path("values");
        train = features("train");
        test = features("test");
    }

    private FeatureSet features(String split) throws IOException {
        int[] labels =
                Arrays.stream(golden.array(split + "_y").toLongArray())
                        .mapToInt(Math::toIntExact)
                        .toArray();
        return FeatureSet.of(golden.array(split + "_x")).withLabels(labels, List.of());
    }

    List<Check> run() throws IOException {
        List<Check> checks = new ArrayList<>();
        for (int k : new int[] {1, 5, 20}) {
            checks.add(knn("knn_euclidean_uniform_" + k, k, KnnMetric.EUCLIDEAN));
        }
        checks.add(knn("knn_normalized_20", 20, KnnMetric.COSINE));
        LogisticModel model = LogisticRegression.builder().build().fit(train);
        double[] probabilities =
                Arrays.stream(model.probabilities(test)).flatMapToDouble(Arrays::stream).toArray();
        checks.add(
                golden.check(
                        "logreg_c1_probability",
                        doubles("logreg_c1_probability"),
                        probabilities,
                        1e-3));
        double linear = LinearProbe.onFeatures().evaluate(train, test).accuracy();
        checks.add(value("logreg_c1_accuracy", linear, SAME_COUNT));
        NDArray a = golden.array("image_a");
        NDArray b = golden.array("image_b");
        checks.add(golden.check("psnr (dB)", doubles("psnr"), Psnr.of(a, b), 1e-5));
        checks.add(golden.check("ssim_gaussian", doubles("ssim_gaussian"), Ssim.of(a, b), 1e-6));
        double frechet = FrechetDistance.between(train, test);
        checks.add(value("frechet_distance_train_test", frechet, 1e-6));
        FeatureSet first = train.rows(IntStream.range(0, 500).toArray());
        double kernel = KernelDistance.between(first, test);
        checks.add(value("kernel_distance_500_300_unbiased", kernel, 1e-7));
        return checks;
    }

    private Check knn(String name, int k, KnnMetric metric) {
        KnnProbe probe = KnnProbe.builder().k(k).metric(metric).build();
        return value(name, probe.evaluate(train, test).accuracy(), SAME_COUNT);
    }

    private Check value(String name, double found, double bound) {
        double expected = values.path(name).asDouble(Double.NaN);
        return new Check(golden.name(), name, Math.abs(expected - found), bound);
    }

    private double[] doubles(String key) throws IOException {
        return golden.array(key).toType(DataType.FLOAT64, false).toDoubleArray();
    }
}
