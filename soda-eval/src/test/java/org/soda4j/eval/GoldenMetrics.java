package org.soda4j.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;

/** Reference values from scikit-learn, scikit-image and NumPy. */
public final class GoldenMetrics implements AutoCloseable {

    private final SafetensorsFile file;
    private final JsonNode values;

    public GoldenMetrics() throws IOException {
        try {
            file =
                    Safetensors.open(
                            Path.of(
                                    Objects.requireNonNull(
                                                    GoldenMetrics.class.getResource(
                                                            "/golden/metrics.safetensors"))
                                            .toURI()));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
        values = new ObjectMapper().readTree(file.metadata().get("config")).get("values");
    }

    public double value(String name) {
        return Objects.requireNonNull(values.get(name), name).doubleValue();
    }

    public NDArray array(String name, NDManager manager) throws IOException {
        return file.read(name, manager);
    }

    public double[] doubles(String name) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            return array(name, manager).toType(DataType.FLOAT64, false).toDoubleArray();
        }
    }

    /** {@code train} or {@code test}. */
    public FeatureSet features(String split) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            int[] labels =
                    Arrays.stream(array(split + "_y", manager).toLongArray())
                            .mapToInt(Math::toIntExact)
                            .toArray();
            return FeatureSet.of(array(split + "_x", manager)).withLabels(labels, List.of());
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
