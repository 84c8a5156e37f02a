package org.soda4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzFileTest {

    @TempDir Path folder;

    @Test
    void arraysComeBack() throws IOException {
        Path file = folder.resolve("cameras.npz");
        NpzFile.write(
                file,
                Map.of(
                        "m", NpyArray.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
                        "n", NpyArray.ofLongs(new long[] {7, -8})));
        Map<String, NpyArray> arrays = NpzFile.read(file);
        assertThat(arrays.get("m").shape()).containsExactly(2, 3);
        assertThat(arrays.get("m").toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(arrays.get("n").toLongs()).containsExactly(7, -8);
        assertThatThrownBy(() -> arrays.get("n").toDoubles()).hasMessageContaining("found i8");
    }

    /** numpy keeps the order of a transposed matrix, such as an inverse. */
    @Test
    void matricesInFortransOrderAreReadByRows() throws IOException {
        String header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }\n";
        ByteBuffer npy = ByteBuffer.allocate(10 + header.length() + 48);
        npy.order(ByteOrder.LITTLE_ENDIAN);
        npy.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        npy.putShort((short) header.length());
        npy.put(header.getBytes(StandardCharsets.US_ASCII));
        for (double value : new double[] {1, 4, 2, 5, 3, 6}) {
            npy.putDouble(value);
        }
        NpyArray array = NpyArray.read(new ByteArrayInputStream(npy.array()), npy.array().length);
        assertThat(array.toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(array.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
    }
}
