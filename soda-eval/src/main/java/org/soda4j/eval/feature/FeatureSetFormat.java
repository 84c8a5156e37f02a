package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.soda4j.io.NpyArray;
import org.soda4j.io.NpzFile;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;

/** The two file formats of a feature set; their content is described at {@link FeatureSet#save}. */
enum FeatureSetFormat {
    NPZ {
        @Override
        void save(FeatureSet set, Path file) throws IOException {
            Map<String, NpyArray> arrays = new LinkedHashMap<>();
            arrays.put(FEATURES, NpyArray.ofFloats(set.sharedValues(), set.size(), set.width()));
            if (set.hasLabels()) {
                arrays.put(LABELS, NpyArray.ofLongs(asLongs(set.labels())));
            }
            if (!set.classNames().isEmpty()) {
                arrays.put(CLASS_NAMES, NpyArray.ofStrings(set.classNames()));
            }
            arrays.put(PROVENANCE, NpyArray.ofString(json(set.provenance())));
            NpzFile.write(file, arrays);
        }

        @Override
        FeatureSet load(Path file) throws IOException {
            Map<String, NpyArray> arrays = NpzFile.read(file);
            NpyArray features = arrays.get(FEATURES);
            if (features == null) {
                throw missingFeatures(file, arrays.keySet().toString());
            }
            int[] shape = features.shape();
            if (shape.length != 2) {
                throw badShape(file, Arrays.toString(shape));
            }
            NpyArray labels = arrays.get(LABELS);
            NpyArray names = arrays.get(CLASS_NAMES);
            NpyArray provenance = arrays.get(PROVENANCE);
            return assemble(
                    file,
                    features.toFloats(),
                    shape[1],
                    labels == null ? null : labels.toLongs(),
                    names == null ? List.of() : names.toStrings(),
                    provenance == null ? "{}" : provenance.toStrings().get(0));
        }
    },
    SAFETENSORS {
        @Override
        void save(FeatureSet set, Path file) throws IOException {
            try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
                Map<String, NDArray> tensors = new LinkedHashMap<>();
                tensors.put(FEATURES, set.toArray(manager));
                if (set.hasLabels()) {
                    tensors.put(LABELS, manager.create(asLongs(set.labels())));
                }
                Map<String, String> metadata = new LinkedHashMap<>();
                metadata.put(PROVENANCE, json(set.provenance()));
                if (!set.classNames().isEmpty()) {
                    metadata.put(CLASS_NAMES, json(set.classNames()));
                }
                Safetensors.write(file, tensors, metadata);
            }
        }

        @Override
        FeatureSet load(Path file) throws IOException {
            try (SafetensorsFile tensors = Safetensors.open(file);
                    NDManager manager = NDManager.newBaseManager("PyTorch")) {
                if (!tensors.names().contains(FEATURES)) {
                    throw missingFeatures(file, tensors.names().toString());
                }
                Shape shape = tensors.info(FEATURES).shape();
                if (shape.dimension() != 2 || shape.size() == 0) {
                    throw badShape(file, shape.toString());
                }
                NDArray features = tensors.read(FEATURES, manager);
                long[] labels = null;
                if (tensors.names().contains(LABELS)) {
                    NDArray array = tensors.read(LABELS, manager);
                    labels = array.toType(DataType.INT64, false).toLongArray();
                }
                Map<String, String> metadata = tensors.metadata();
                return assemble(
                        file,
                        features.toType(DataType.FLOAT32, false).toFloatArray(),
                        Math.toIntExact(shape.get(1)),
                        labels,
                        parse(
                                file,
                                CLASS_NAMES,
                                metadata.getOrDefault(CLASS_NAMES, "[]"),
                                new TypeReference<List<String>>() {}),
                        metadata.getOrDefault(PROVENANCE, "{}"));
            }
        }
    };

    private static final String FEATURES = "features";
    private static final String LABELS = "labels";
    private static final String CLASS_NAMES = "class_names";
    private static final String PROVENANCE = "provenance";
    private static final ObjectMapper JSON = new ObjectMapper();

    abstract void save(FeatureSet set, Path file) throws IOException;

    abstract FeatureSet load(Path file) throws IOException;

    /** The format that a file's suffix names. */
    static FeatureSetFormat of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npz")) {
            return NPZ;
        }
        if (name.endsWith(".safetensors")) {
            return SAFETENSORS;
        }
        throw new IllegalArgumentException(
                file + ": expected a file that ends in .npz or .safetensors");
    }

    private static long[] asLongs(int[] labels) {
        return Arrays.stream(labels).asLongStream().toArray();
    }

    private static String json(Object value) throws JsonProcessingException {
        return JSON.writeValueAsString(value);
    }

    private static <T> T parse(Path file, String field, String text, TypeReference<T> type)
            throws IOException {
        try {
            return JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "%s: %s: expected JSON, found %s".formatted(file, field, text), e);
        }
    }

    private static FeatureSet assemble(
            Path file,
            float[] features,
            int width,
            long[] labels,
            List<String> classNames,
            String provenance)
            throws IOException {
        Map<String, String> origin =
                parse(file, PROVENANCE, provenance, new TypeReference<Map<String, String>>() {});
        try {
            FeatureSet set = FeatureSet.owning(features, width).withProvenance(origin);
            return labels == null
                    ? set
                    : set.withLabels(
                            Arrays.stream(labels).mapToInt(Math::toIntExact).toArray(), classNames);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static IOException missingFeatures(Path file, String found) {
        return new IOException(
                "%s: expected an array named '%s', found %s".formatted(file, FEATURES, found));
    }

    private static IOException badShape(Path file, String found) {
        return new IOException(
                "%s: '%s': expected a shape [n, d], found %s".formatted(file, FEATURES, found));
    }
}
