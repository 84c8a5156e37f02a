package org.soda4j.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.io.NpyArray;

/** Content, checks and files of feature sets. */
class FeatureSetTest {

    private static final FeatureSet SET =
            FeatureSet.of(new float[] {1, 2.5f, -3, 4, 5, 6}, 3)
                    .withLabels(new int[] {1, 0}, List.of("Bär", "\uD83D\uDC31"))
                    .withProvenance(Map.of("encoder", "ResNet-18", "data", "süß"));

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"set.npz", "set.safetensors"})
    void comesBackFromAFile(String name) throws IOException {
        Path file = folder.resolve(name);
        SET.save(file);
        FeatureSet again = FeatureSet.load(file);
        assertThat(again.values()).isEqualTo(SET.values());
        assertThat(again.width()).isEqualTo(3);
        assertThat(again.labels()).containsExactly(1, 0);
        assertThat(again.classNames()).isEqualTo(SET.classNames());
        assertThat(again.provenance()).isEqualTo(SET.provenance());

        FeatureSet bare = FeatureSet.of(new float[] {7, 8}, 1);
        bare.save(file);
        FeatureSet bareAgain = FeatureSet.load(file);
        assertThat(bareAgain.size()).isEqualTo(2);
        assertThat(bareAgain.hasLabels()).isFalse();
        assertThat(bareAgain.classNames()).isEmpty();
        assertThat(bareAgain.provenance()).isEmpty();
    }

    /** The header of numpy.lib.format, version 1.0, byte by byte. */
    @Test
    void writesTheHeaderOfNumPy() throws IOException {
        byte[] header = NpyArray.ofFloats(new float[6], 2, 3).header();
        assertThat(header).hasSize(128).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
        assertThat(new String(header, 10, 118, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3,), }")
                .endsWith(" \n");
    }

    @Test
    void namesTheBadValue() {
        assertThatThrownBy(() -> FeatureSet.of(new float[] {1, 2, 3, Float.NaN, 5, 6}, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found NaN at row 1, column 0");
        assertThatThrownBy(() -> FeatureSet.of(new float[] {1, Float.NEGATIVE_INFINITY}, 2))
                .hasMessageContaining("found -Infinity at row 0, column 1");
        assertThatThrownBy(() -> FeatureSet.of(new float[0], 2)).hasMessageContaining("found none");
        assertThatThrownBy(() -> FeatureSet.of(new float[5], 2))
                .hasMessageContaining("multiple of the width 2, found 5");
        assertThatThrownBy(() -> SET.withLabels(new int[3], List.of()))
                .hasMessageContaining("expected 2 labels, one per row, found 3");
        assertThatThrownBy(() -> SET.withLabels(new int[] {0, 2}, List.of("a", "b")))
                .hasMessageContaining("from 0 to 1, found 2 at row 1");
        assertThatThrownBy(() -> FeatureSet.of(new float[1], 1).labels())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takesRowsAndColumns() {
        FeatureSet part = SET.rows(1).columns(1, 3);
        assertThat(part.row(0)).containsExactly(5, 6);
        assertThat(part.labels()).containsExactly(0);
        assertThatThrownBy(() -> SET.columns(2, 4)).hasMessageContaining("found 2 and 4");
        assertThat(FeatureSet.of(new float[] {3, 4, 0, 0}, 2).normalized().row(0))
                .containsExactly(0.6f, 0.8f);
    }

    @Test
    void refusesDamagedFiles() throws IOException {
        Path file = folder.resolve("set.npz");
        SET.save(file);
        byte[] bytes = Files.readAllBytes(file);
        int header = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\u0093NUMPY");
        bytes[header + 128] ^= 1; // the first feature
        Files.write(file, bytes);
        assertThatThrownBy(() -> FeatureSet.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("set.npz: features.npy: the checksum differs");
        Files.write(file, new byte[10]);
        assertThatThrownBy(() -> FeatureSet.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("set.npz");
        assertThatThrownBy(() -> SET.save(folder.resolve("set.csv")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(".npz or .safetensors");
    }

    @Test
    void refusesArraysThatAreNoFeatures() throws IOException {
        assertRefused(
                "x",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
                "named 'features'");
        assertRefused(
                "features",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
                "shape [n, d]");
        assertRefused(
                "features",
                "{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }",
                "little-endian");
        assertRefused(
                "features",
                "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1, 1), }",
                "Fortran");
        assertRefused(
                "features", "{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }", "descr");
        assertRefused(
                "features",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99, 99999), }",
                "bytes of data");
        assertRefused(
                "features",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999, 99999, 99999), }",
                "overflow");
    }

    private void assertRefused(String name, String dictionary, String message) throws IOException {
        ByteArrayOutputStream npy = new ByteArrayOutputStream();
        npy.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        npy.write(new byte[] {(byte) dictionary.length(), 0});
        npy.write(dictionary.getBytes(StandardCharsets.US_ASCII));
        npy.write(new byte[4]);
        Path file = folder.resolve("made.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry(name + ".npy"));
            zip.write(npy.toByteArray());
        }
        assertThatThrownBy(() -> FeatureSet.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("made.npz")
                .hasMessageContaining(message);
    }
}
