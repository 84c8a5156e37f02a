package org.soda4j.io;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tensors are refused as weights, and by which element; bits are written by hand. */
class FiniteWeightsTest {

    /** More than two of the pieces that a file is read by, and no whole number of words. */
    private static final int ROWS = 13_337;

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "F32, 7fc00000, NaN",
        "F32, ffc00001, NaN",
        "F32, 7f800000, Infinity",
        "F32, ff800000, -Infinity",
        "F16, 7e00, NaN",
        "F16, 7c00, Infinity",
        "F16, fc00, -Infinity",
        "BF16, 7fc0, NaN",
        "BF16, 7f80, Infinity",
        "BF16, ff80, -Infinity",
        "F64, 7ff8000000000000, NaN",
        "F64, fff0000000000000, -Infinity",
        "F64, 47f0000000000000, 3.4028236692093846E38", // 2^128
    })
    void aNumberThatIsNotFiniteIsFoundAnywhere(String dtype, String bits, String value)
            throws IOException {
        for (int at : new int[] {0, 1, 3, 16_384, 5 * ROWS - 1}) {
            Path file = file("w", dtype, at, bits);
            assertRefused(
                    file,
                    "w",
                    "tensor 'w': expected numbers that are finite in float32, found "
                            + value
                            + " at index [%d, %d]".formatted(at / 5, at % 5));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 7f7fffff",
        "F32, ff7fffff",
        "F32, 80000000",
        "F16, 7bff",
        "F16, fbff",
        "F16, 8000",
        "BF16, 7f7f",
        "BF16, ff7f",
        "F64, 47efffffe0000000",
        "I32, ffffffff",
        "I64, 7fffffffffffffff",
    })
    void theGreatestNumbersAreTaken(String dtype, String bits) throws IOException {
        Path file = file("w", dtype, 5 * ROWS - 1, bits);
        assertThatCode(() -> check(file, "w")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "F32, bf800000, -1.0",
        "F16, bc00, -1.0",
        "F16, 8001, -5.9604644775390625E-8",
        "BF16, bf80, -1.0",
        "F64, bff0000000000000, -1.0"
    })
    void aNegativeVarianceIsRefused(String dtype, String bits, String value) throws IOException {
        Path file = file("bn1.running_var", dtype, 7, bits);
        assertRefused(
                file,
                "bn1.running_var",
                "tensor 'bn1.running_var': expected variances of at least 0, found "
                        + value
                        + " at index [1, 2]");
        Path mean = file("bn1.running_mean", dtype, 7, bits);
        assertThatCode(() -> check(mean, "bn1.running_mean")).doesNotThrowAnyException();
    }

    @Test
    void varianceMayBeZeroAndMustBeFinite() throws IOException {
        Path zero = file("running_var", "F32", 4, "80000000"); // -0
        assertThatCode(() -> check(zero, "running_var")).doesNotThrowAnyException();
        assertRefused(
                file("running_var", "F32", 4, "7fc00000"),
                "running_var",
                "finite in float32, found NaN at index [0, 4]");
    }

    private void assertRefused(Path file, String name, String message) {
        assertThatThrownBy(() -> check(file, name))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    private static void check(Path file, String name) throws IOException {
        try (SafetensorsFile tensors = Safetensors.open(file)) {
            tensors.requireFinite(name);
        }
    }

    /** A tensor of {@code [ROWS, 5]} zeros but for one element. */
    private Path file(String name, String dtype, int at, String bits) throws IOException {
        int size = bits.length() / 2;
        int bytes = 5 * ROWS * size;
        String header =
                "{\"%s\":{\"dtype\":\"%s\",\"shape\":[%d,5],\"data_offsets\":[0,%d]}}"
                        .formatted(name, dtype, ROWS, bytes);
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer all =
                ByteBuffer.allocate(8 + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(text.length).put(text);
        long value = Long.parseUnsignedLong(bits, 16);
        for (int i = 0; i < size; i++) {
            all.put(8 + text.length + at * size + i, (byte) (value >>> 8 * i));
        }
        Path file = folder.resolve("weights.safetensors");
        Files.write(file, all.array());
        return file;
    }
}
