package org.soda4j.examples.goldens;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.soda4j.Soda;
import org.soda4j.data.SplitMix64;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import org.soda4j.io.WeightReport;

/** A file of reference arrays, and the weights and inputs that its names stand for. */
final class GoldenFile implements AutoCloseable {

    private final SafetensorsFile file;
    private final String name;
    private final Device device;
    private final NDManager manager;
    private final JsonNode config;

    GoldenFile(Path path, Device device) throws IOException {
        file = Safetensors.open(path);
        name = path.getFileName().toString().replace(".safetensors", "");
        this.device = device;
        manager = NDManager.newBaseManager(device, "PyTorch");
        config = metadata("config");
    }

    String name() {
        return name;
    }

    Device device() {
        return device;
    }

    NDManager manager() {
        return manager;
    }

    JsonNode config() {
        return config;
    }

    JsonNode metadata(String key) throws IOException {
        String text = file.metadata().get(key);
        return text == null ? null : new ObjectMapper().readTree(text);
    }

    /** The array on the device; closed with this file. */
    NDArray array(String key) throws IOException {
        return file.read(key, manager);
    }

    /** The names of the arrays with that beginning. */
    List<String> keys(String prefix) {
        return file.names().stream().filter(key -> key.startsWith(prefix)).sorted().toList();
    }

    /** Compares an array with the one of that name. */
    Check check(String key, NDArray found, double bound) throws IOException {
        return check(key, array(key), found, bound);
    }

    Check check(String quantity, NDArray expected, NDArray found, double bound) {
        if (!expected.getShape().equals(found.getShape())) {
            String shapes = " shape " + found.getShape() + " for " + expected.getShape();
            return new Check(name, quantity + shapes, Double.NaN, bound);
        }
        return new Check(name, quantity, expected.sub(found).abs().max().getFloat(), bound);
    }

    Check check(String quantity, double[] expected, double[] found, double bound) {
        double error =
                expected.length != found.length
                        ? Double.NaN
                        : IntStream.range(0, found.length)
                                .mapToDouble(i -> Math.abs(expected[i] - found[i]))
                                .max()
                                .orElse(Double.NaN);
        return new Check(name, quantity, error, bound);
    }

    /** Gives a model the weights of this file's {@code parameters}; returns what did not fit. */
    WeightReport setWeights(Soda soda, String prefix) throws IOException {
        Path weights = Files.createTempFile("golden", ".safetensors");
        try (NDManager scope = manager.newSubManager()) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> p : metadata("parameters").properties()) {
                long[] shape = new long[p.getValue().size()];
                for (int i = 0; i < shape.length; i++) {
                    shape[i] = p.getValue().get(i).asLong();
                }
                NDArray array = scope.create(weight(p.getKey(), shape), new Shape(shape));
                arrays.put(prefix + p.getKey(), array);
            }
            Safetensors.write(weights, arrays);
            WeightReport report = soda.importMatchingWeights(weights);
            if (!report.unexpected().isEmpty() || !report.misshaped().isEmpty()) {
                throw new IOException(name + ": weights do not fit: " + report);
            }
            return report;
        } finally {
            Files.delete(weights);
        }
    }

    /** Element i of a parameter, as the reference computes it. */
    static float[] weight(String name, long... shape) {
        int size = Math.toIntExact(new Shape(shape).size());
        boolean matrix = shape.length > 1;
        boolean scale = name.endsWith("weight") || name.endsWith("running_var");
        double width = matrix ? Math.sqrt(3.0 * shape[0] / size) : 0.1;
        float[] values = uniform(name, size);
        for (int i = 0; i < size; i++) {
            double u = values[i];
            values[i] = (float) (!matrix && scale ? 0.5 + u : (2 * u - 1) * width);
        }
        return values;
    }

    /** Numbers in [0, 1) that a name stands for. */
    static float[] uniform(String name, int size) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        long start = crc.getValue() << 32;
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (SplitMix64.mix(start + i + SplitMix64.GOLDEN_GAMMA) >>> 40) * 0x1p-24f;
        }
        return values;
    }

    /** Standard normal numbers that a name stands for. */
    static float[] normal(String name, int size) {
        float[] u1 = uniform(name + "#1", size);
        float[] u2 = uniform(name + "#2", size);
        for (int i = 0; i < size; i++) {
            double radius = Math.sqrt(-2 * Math.log(1 - (double) u1[i]));
            u1[i] = (float) (radius * Math.cos(2 * Math.PI * u2[i]));
        }
        return u1;
    }

    @Override
    public void close() throws IOException {
        manager.close();
        file.close();
    }
}
