package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
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
import java.util.Objects;
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
            if (set.hasIds()) {
                arrays.put(IDS, NpyArray.ofStrings(set.ids()));
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
            requireShape(file, Arrays.stream(shape).asLongStream().toArray());
            NpyArray names = arrays.get(CLASS_NAMES);
            NpyArray provenance = arrays.get(PROVENANCE);
            List<String> classNames =
                    names == null ? List.of() : in(file, CLASS_NAMES, names::toStrings);
            return assemble(
                    file,
                    in(file, FEATURES, features::toFloats),
                    shape[1],
                    labels(file, arrays.get(LABELS), classNames),
                    arrays.containsKey(IDS)
                            ? in(file, IDS, () -> arrays.get(IDS).toStrings())
                            : null,
                    provenance == null
                            ? "{}"
                            : in(file, PROVENANCE, () -> single(provenance.toStrings())));
        }

        private static FeatureLabels labels(Path file, NpyArray labels, List<String> names)
                throws IOException {
            if (labels == null) {
                return null;
            }
            return in(
                    file,
                    LABELS,
                    () -> {
                        if (labels.isText()) {
                            return FeatureLabels.ofTexts(labels.toStrings(), names);
                        }
                        return labels.isReal()
                                ? FeatureLabels.ofReals(labels.toDoubles(), names)
                                : FeatureLabels.ofNumbers(labels.toLongs(), names);
                    });
        }

        private static String single(List<String> texts) throws IOException {
            if (texts.size() != 1) {
                throw new IOException("expected one text, found " + texts.size());
            }
            return texts.get(0);
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
                if (set.hasIds()) {
                    metadata.put(IDS, json(set.ids()));
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
                requireShape(file, tensors.shape(FEATURES).getShape());
                NDArray features = tensors.read(FEATURES, manager);
                Map<String, String> metadata = tensors.metadata();
                List<String> names =
                        parse(
                                file,
                                CLASS_NAMES,
                                metadata.getOrDefault(CLASS_NAMES, "[]"),
                                new TypeReference<List<String>>() {});
                return assemble(
                        file,
                        features.toType(DataType.FLOAT32, false).toFloatArray(),
                        Math.toIntExact(features.getShape().get(1)),
                        tensors.names().contains(LABELS)
                                ? labels(file, tensors.read(LABELS, manager), names)
                                : null,
                        metadata.containsKey(IDS)
                                ? parse(
                                        file,
                                        IDS,
                                        metadata.get(IDS),
                                        new TypeReference<List<String>>() {})
                                : null,
                        metadata.getOrDefault(PROVENANCE, "{}"));
            }
        }

        private static FeatureLabels labels(Path file, NDArray labels, List<String> names)
                throws IOException {
            return in(
                    file,
                    LABELS,
                    () ->
                            labels.getDataType().isFloating()
                                    ? FeatureLabels.ofReals(
                                            labels.toType(DataType.FLOAT64, false).toDoubleArray(),
                                            names)
                                    : FeatureLabels.ofNumbers(
                                            labels.toType(DataType.INT64, false).toLongArray(),
                                            names));
        }
    };

    private static final String FEATURES = "features";
    private static final String LABELS = "labels";
    private static final String CLASS_NAMES = "class_names";
    private static final String IDS = "ids";
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

    /** Reads an array; what is wrong with it gets the file's and the array's name. */
    private static <T> T in(Path file, String array, ArrayReader<T> reader) throws IOException {
        try {
            return reader.read();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("%s: '%s': %s".formatted(file, array, e.getMessage()), e);
        }
    }

    @FunctionalInterface
    private interface ArrayReader<T> {
        T read() throws IOException;
    }

    /** Of names or of a map; without nulls. */
    private static <T> T parse(Path file, String field, String text, TypeReference<T> type)
            throws IOException {
        T value;
        try {
            value = JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "%s: '%s': expected JSON, found %s".formatted(file, field, text), e);
        }
        boolean hasNull =
                value == null
                        || value instanceof List<?> list && list.stream().anyMatch(Objects::isNull)
                        || value instanceof Map<?, ?> map
                                && map.values().stream().anyMatch(Objects::isNull);
        if (hasNull) {
            throw new IOException(
                    "%s: '%s': expected text in place of null, found %s"
                            .formatted(file, field, text));
        }
        return value;
    }

    private static FeatureSet assemble(
            Path file,
            float[] features,
            int width,
            FeatureLabels labels,
            List<String> ids,
            String provenance)
            throws IOException {
        Map<String, String> origin =
                parse(file, PROVENANCE, provenance, new TypeReference<Map<String, String>>() {});
        FeatureSet rows =
                in(file, FEATURES, () -> FeatureSet.owning(features, width)).withProvenance(origin);
        FeatureSet set = ids == null ? rows : in(file, IDS, () -> rows.withIds(ids));
        return labels == null
                ? set
                : in(file, LABELS, () -> set.withLabels(labels.indices(), labels.names()));
    }

    private static IOException missingFeatures(Path file, String found) {
        return new IOException(
                "%s: expected an array named '%s', found %s".formatted(file, FEATURES, found));
    }

    private static void requireShape(Path file, long... shape) throws IOException {
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1) {
            throw new IOException(
                    "%s: '%s': expected a shape [n, d], n and d at least 1, found %s"
                            .formatted(file, FEATURES, Arrays.toString(shape)));
        }
    }
}
