package org.soda4j.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.ProbeResult;
import org.soda4j.io.NpyArray;
import org.soda4j.io.NpzFile;
import org.soda4j.io.Safetensors;

/** Feature files of others: whatever labels they have is read, or refused by file and array. */
class FeatureFilesTest {

    private static final FeatureStatistics ONE =
            FeatureStatistics.of(new float[] {-1, -1, 1, 1}, 2); // Means 0, deviations 1.

    @TempDir private Path folder;

    private static Path resource(String name) throws Exception {
        return Path.of(FeatureFilesTest.class.getResource("/cases/" + name).toURI());
    }

    @Test
    void labelsFarApartAreAsManyClassesAsThereAre() throws Exception {
        FeatureSet set = FeatureSet.load(resource("lab_gap.npz"));
        assertThat(set.classNames()).containsExactly("0", "1000000", "2000000");
        assertThat(set.classCount()).isEqualTo(3);
        ProbeResult result = LinearProbe.onStandardizedFeatures().evaluate(set, set);
        assertThat(result.confusion().counts()).hasDimensions(3, 3);
    }

    @Test
    void labelsMayBeTexts() throws Exception {
        FeatureSet set = FeatureSet.load(resource("lab_str.npz"));
        assertThat(set.classNames()).containsExactly("cat", "dog", "\u00e9t\u00e9");
        assertThat(set.label(0)).isZero();
        assertThat(set.label(1)).isEqualTo(1);
        assertThat(set.label(2)).isEqualTo(2);
        ProbeResult result = KnnProbe.builder().k(3).build().evaluate(set, set);
        assertThat(result.confusion().counts()).hasDimensions(3, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"set.npz", "set.safetensors"})
    void rowsKeepTheirNames(String name) throws Exception {
        FeatureSet set = FeatureSet.of(new float[] {1, 2, 3, 4, 5, 6}, 2);
        assertThat(set.ids()).containsExactly("0", "1", "2");
        assertThat(set.rows(2, 0).ids()).containsExactly("2", "0");
        FeatureSet named = set.withIds(List.of("a/\u00e9t\u00e9.png", "b.jpg", "c c.png"));
        FeatureSet both = named.rows(2, 0).and(named.columns(0, 2).standardized(ONE).rows(1));
        both.withLabels(new int[3], List.of("all")).save(folder.resolve(name));
        FeatureSet read = FeatureSet.load(folder.resolve(name));
        assertThat(read.ids()).containsExactly("c c.png", "a/\u00e9t\u00e9.png", "b.jpg");
        assertThat(read.row(0)).containsExactly(5, 6);
        assertThat(read.row(2)).containsExactly(3, 4);
        assertThatThrownBy(() -> set.withIds(List.of("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected 3 ids, one per row, found 1");
        assertThatThrownBy(() -> set.and(read))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("no labels", "[all]");
    }

    @Test
    void idsOfAnotherNumberAreRefused() throws Exception {
        Path file = folder.resolve("ids.npz");
        NpzFile.write(
                file,
                Map.of(
                        "features", NpyArray.ofFloats(new float[4], 2, 2),
                        "ids", NpyArray.ofStrings(List.of("a"))));
        assertThatThrownBy(() -> FeatureSet.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("ids.npz", "'ids'", "expected 2 ids");
    }

    /** The classes of a test set stand where the training set has them, whatever it leaves out. */
    @Test
    void classesOfTwoFilesAreComparedByTheirNames() throws Exception {
        FeatureSet set = FeatureSet.load(resource("lab_str.npz"));
        FeatureSet some =
                set.rows(1, 2, 4, 5)
                        .withLabels(new int[] {0, 1, 0, 1}, List.of("dog", "\u00e9t\u00e9"));
        assertThat(LinearProbe.onFeatures().evaluate(set, some).confusion().counts()[1])
                .isNotEqualTo(new int[3]);
        assertThat(KnnProbe.builder().k(1).build().evaluate(set, some).accuracy()).isEqualTo(1);
        FeatureSet gap = FeatureSet.load(resource("lab_gap.npz"));
        FeatureSet last = gap.rows(2, 5).withLabels(new int[2], List.of("2000000"));
        assertThat(KnnProbe.builder().k(1).build().evaluate(gap, last).predictions())
                .containsExactly(2, 2);
        FeatureSet other = set.rows(0).withLabels(new int[1], List.of("mouse"));
        assertThatThrownBy(() -> KnnProbe.builder().k(1).build().evaluate(set, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the same classes");
        FeatureSet numbered = gap.rows(0).withLabels(new int[] {1}, List.of());
        assertThatThrownBy(() -> KnnProbe.builder().k(1).build().evaluate(gap, numbered))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("found none of class 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "names_null.safetensors|'class_names': expected text in place of null, found null",
                "prov_empty.npz|'provenance': expected one text, found 0"
            })
    void nothingInPlaceOfTextIsRefused(String name, String message) throws Exception {
        Path file = resource(name);
        assertThatThrownBy(() -> FeatureSet.load(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "class_names|[\"a\", null]",
                "class_names|null",
                "class_names|7",
                "class_names|[",
                "provenance|null",
                "provenance|{\"a\": null}",
                "provenance|{\"a\": {}}",
                "provenance|[]"
            })
    void metadataOfSafetensorsIsRefusedByName(String key, String text) throws IOException {
        Path file = folder.resolve("set.safetensors");
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Safetensors.write(
                    file,
                    Map.of(
                            "features", manager.create(new float[] {1, 2}, new Shape(2, 1)),
                            "labels", manager.create(new long[] {0, 0})),
                    Map.of(key, text));
        }
        assertThatThrownBy(() -> FeatureSet.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("%s: '%s': expected ".formatted(file, key))
                .hasMessageEndingWith("found " + text);
    }

    @ParameterizedTest
    @CsvSource({
        "0;1;1, '', '0;1;1', ''",
        "1;3;1, '', '0;1;0', '1;3'",
        "2147483647;5;5, '', '1;0;0', '5;2147483647'",
        "9000000000;5;5, '', '1;0;0', '5;9000000000'",
        "0;2;2, a;b;c, '0;2;2', 'a;b;c'"
    })
    void wholeNumbersAreReadAsIntegersAndAsReals(
            String numbers, String names, String labels, String classes) throws IOException {
        long[] values = longs(numbers);
        List<String> given = names.isEmpty() ? List.of() : List.of(names.split(";"));
        Path file = folder.resolve("set.npz");
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("features", NpyArray.ofFloats(new float[] {1, 2, 3}, 3, 1));
        arrays.put("labels", NpyArray.ofLongs(values));
        if (!given.isEmpty()) {
            arrays.put("class_names", NpyArray.ofStrings(given));
        }
        NpzFile.write(file, arrays);
        assertLabels(FeatureSet.load(file), labels, classes);
        FeatureLabels reals =
                FeatureLabels.ofReals(Arrays.stream(values).asDoubleStream().toArray(), given);
        assertThat(reals)
                .usingRecursiveComparison()
                .isEqualTo(FeatureLabels.ofNumbers(values, given));
    }

    @Test
    void booleansAndRealsOfSafetensorsAreRead() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray ones = manager.create(new float[] {1, 0, 1});
            for (DataType type : List.of(DataType.BOOLEAN, DataType.FLOAT64, DataType.FLOAT32)) {
                assertLabels(FeatureSet.load(write(ones.toType(type, true), manager)), "1;0;1", "");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'0.5', 'expected whole numbers, found 0.5 at row 1'",
        "'NaN', 'expected whole numbers, found NaN at row 1'",
        "'1e300', 'expected whole numbers, found 1.0E300 at row 1'",
        "'-1', 'expected labels of at least 0, found -1 at row 1'"
    })
    void otherNumbersAreRefused(double number, String message) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Path file = write(manager.create(new double[] {0, number, 0}), manager);
            assertThatThrownBy(() -> FeatureSet.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessage("%s: 'labels': %s".formatted(file, message));
        }
    }

    @Test
    void emptyArraysAreRefused() throws IOException {
        Path file = folder.resolve("set.npz");
        for (int[] shape : new int[][] {{0, 3}, {3, 0}, {0, 0}}) {
            NpzFile.write(
                    file, Map.of("features", NpyArray.ofFloats(new float[0], shape[0], shape[1])));
            assertThatThrownBy(() -> FeatureSet.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": 'features': expected a shape [n, d]");
        }
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("features", NpyArray.ofFloats(new float[2], 2, 1));
        arrays.put("labels", NpyArray.ofLongs(new long[0]));
        NpzFile.write(file, arrays);
        assertThatThrownBy(() -> FeatureSet.load(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": 'labels': expected 2 labels, one per row, found 0");
        arrays.put("labels", NpyArray.ofStrings(List.of("a", "b")));
        arrays.put("class_names", NpyArray.ofStrings(List.of("a", "c")));
        NpzFile.write(file, arrays);
        assertThatThrownBy(() -> FeatureSet.load(file))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        file + ": 'labels': expected one of the class names, found 'b' at row 1");
    }

    private Path write(NDArray labels, NDManager manager) throws IOException {
        Path file = folder.resolve("set.safetensors");
        Safetensors.write(
                file,
                Map.of(
                        "features",
                        manager.create(new float[] {1, 2, 3}, new Shape(3, 1)),
                        "labels",
                        labels));
        return file;
    }

    private static void assertLabels(FeatureSet set, String labels, String classes) {
        assertThat(set.labels())
                .containsExactly(Arrays.stream(longs(labels)).mapToInt(n -> (int) n).toArray());
        assertThat(String.join(";", set.classNames())).isEqualTo(classes);
    }

    private static long[] longs(String text) {
        return Arrays.stream(text.split(";")).mapToLong(Long::parseLong).toArray();
    }
}
