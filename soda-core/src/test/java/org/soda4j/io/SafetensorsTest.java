package org.soda4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.engine.ArrayFixture;

/** Reading, writing and surviving damaged files. */
class SafetensorsTest extends ArrayFixture {

    @TempDir private Path folder;

    @Test
    void writesTheBytesOfTheFormat() throws IOException {
        Path file = folder.resolve("a.safetensors");
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put(
                "u",
                manager.create(new byte[] {1, 2, 3}, new Shape(3)).toType(DataType.UINT8, true));
        tensors.put("f", manager.create(new float[] {1f, -2f}, new Shape(2, 1)));
        Safetensors.write(file, tensors, Map.of("z", "1", "a", "\u00e9"));

        String header =
                "{\"__metadata__\":{\"a\":\"\u00e9\",\"z\":\"1\"},"
                        + "\"f\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                        + "\"u\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}";
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(length % 8).isZero();
        assertThat(new String(bytes, 8, length, StandardCharsets.UTF_8).stripTrailing())
                .isEqualTo(header);
        assertThat(HexFormat.of().formatHex(bytes, 8 + length, bytes.length))
                .isEqualTo("0000803f000000c0010203");
    }

    @Test
    void everyDtypeGoesRound() throws IOException {
        Path file = folder.resolve("all.safetensors");
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        for (DataType type :
                new DataType[] {
                    DataType.FLOAT64, DataType.FLOAT32, DataType.FLOAT16, DataType.INT64,
                    DataType.INT32, DataType.INT8, DataType.UINT8, DataType.BOOLEAN
                }) {
            tensors.put(
                    type.name(),
                    manager.create(new float[] {0, 1, 2, 3, 100, 7}, new Shape(3, 2))
                            .toType(type, true));
        }
        tensors.put("scalar", manager.create(2.5f));
        tensors.put("empty", manager.create(new Shape(0, 3)));
        Safetensors.write(file, tensors);
        try (SafetensorsFile open = Safetensors.open(file)) {
            Map<String, NDArray> read = open.readAll(manager);
            assertThat(read.keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
            tensors.forEach(
                    (name, array) -> {
                        NDArray again = read.get(name);
                        assertThat(again.getDataType()).as(name).isEqualTo(array.getDataType());
                        assertThat(again.getShape()).as(name).isEqualTo(array.getShape());
                        assertThat(again.toByteBuffer()).as(name).isEqualTo(array.toByteBuffer());
                        assertThat(again.getManager()).isSameAs(manager);
                    });
        }
    }

    @Test
    void widensHalfWidthTypesThatTheEngineLacks() throws IOException {
        String header =
                "{\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[0,6]},"
                        + "\"i\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[6,10]}}";
        // bfloat16 1.0 = 0x3f80, -2.5 = 0xc020, infinity = 0x7f80.
        byte[] data = HexFormat.of().parseHex("803f20c0807fffff0080");
        try (SafetensorsFile open = Safetensors.open(file(header, data))) {
            assertThat(open.read("b", manager).toFloatArray())
                    .containsExactly(1f, -2.5f, Float.POSITIVE_INFINITY);
            assertThat(open.read("i", manager).toIntArray()).containsExactly(-1, -32768);
            assertThat(open.buffer("b").remaining()).isEqualTo(6);
        }
    }

    @Test
    void refusesBooleansThatAreNone() throws IOException {
        String header = "{\"m\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}";
        try (SafetensorsFile open = Safetensors.open(file(header, new byte[] {1, 2}))) {
            assertThatThrownBy(() -> open.read("m", manager))
                    .isInstanceOf(SafetensorsException.class)
                    .hasMessageContaining(
                            "tensor 'm': expected booleans 0 or 1, found 2 at index 1");
        }
    }

    @Test
    void writesArraysOfAnyMemoryLayout() throws IOException {
        Path file = folder.resolve("strides.safetensors");
        NDArray base = manager.arange(24f).reshape(2, 3, 4);
        Map<String, NDArray> tensors =
                Map.of(
                        "permuted", base.transpose(2, 0, 1),
                        "column", base.get(":, 1, 2"),
                        "strided", base.get(":, ::2, 1:"),
                        "expanded", base.get("0:1, :, 0:1").broadcast(2, 3, 5));
        Safetensors.write(file, tensors);
        try (SafetensorsFile open = Safetensors.open(file)) {
            tensors.forEach(
                    (name, array) -> {
                        try (NDArray read = open.read(name, manager)) {
                            assertThat(read.getShape()).as(name).isEqualTo(array.getShape());
                            assertThat(read.toFloatArray())
                                    .as(name)
                                    .containsExactly(array.toFloatArray());
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            assertThat(open.read("column", manager).toFloatArray()).containsExactly(6f, 18f);
        }
    }

    @Test
    void anArrayReadIsNoViewOfTheFile() throws IOException {
        Path file = folder.resolve("own.safetensors");
        Safetensors.write(file, Map.of("w", manager.create(new float[] {1, 2})));
        try (SafetensorsFile open = Safetensors.open(file)) {
            NDArray array = open.read("w", manager);
            array.addi(1);
            assertThat(array.toFloatArray()).containsExactly(2, 3);
            assertThat(open.read("w", manager).toFloatArray()).containsExactly(1, 2);
            assertThat(open.buffer("w").isReadOnly()).isTrue();
            assertThat(open.buffer("w").getFloat()).isEqualTo(1f);
        }
    }

    @Test
    void readsAFileOfTheReference() throws Exception {
        try (SafetensorsFile open = Safetensors.open(golden())) {
            assertThat(open.metadata().get("config")).startsWith("{\"kind\": \"schedule\"");
            assertThat(open.info("linear.beta").shape()).isEqualTo(new Shape(1001));
            assertThat(open.info("linear.beta").dtype()).isEqualTo(Dtype.F64);
            // The reference computed these in float32, stored as float64.
            assertThat(open.buffer("linear.beta").getDouble(8)).isEqualTo(1e-4, within(1e-7));
            assertThat(open.read("linear.beta", manager).toDoubleArray()[1000])
                    .isEqualTo(0.02, within(1e-7));
        }
    }

    @Test
    void sameContentGivesSameBytes() throws IOException {
        NDArray a = manager.ones(new Shape(3));
        NDArray b = manager.zeros(new Shape(2), DataType.INT64);
        Map<String, NDArray> forward = new LinkedHashMap<>();
        forward.put("a", a);
        forward.put("b", b);
        Map<String, NDArray> backward = new LinkedHashMap<>();
        backward.put("b", b);
        backward.put("a", a);
        Safetensors.write(folder.resolve("1"), forward);
        Safetensors.write(folder.resolve("2"), backward);
        assertThat(Files.readAllBytes(folder.resolve("1")))
                .isEqualTo(Files.readAllBytes(folder.resolve("2")));
    }

    @Test
    void refusesToWriteWhatTheFormatCannotHold() throws IOException {
        Path file = folder.resolve("refused.safetensors");
        NDArray one = manager.ones(new Shape(1));
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("__metadata__", one)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reserved");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("\ud800", one)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("surrogate");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("a", one), Map.of("k", "\udc00")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("surrogate");
        assertThatThrownBy(
                        () ->
                                Safetensors.write(
                                        file, Map.of("s", manager.create(new String[] {"x"}))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tensor 's': expected one of the dtypes");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("kept.safetensors");
        Safetensors.write(file, Map.of("w", manager.create(new float[] {1, 2})));
        byte[] before = Files.readAllBytes(file);
        NDArray closed = manager.ones(new Shape(4));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("a", manager.ones(new Shape(1000)));
        tensors.put("b", closed);
        SafetensorsWriter writer = new SafetensorsWriter(tensors, Map.of());
        closed.close();
        assertThatThrownBy(() -> AtomicFile.write(file, writer::writeTo))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThatThrownBy(
                        () ->
                                AtomicFile.write(
                                        file,
                                        channel -> {
                                            channel.write(ByteBuffer.allocate(100));
                                            throw new IOException("no space left");
                                        }))
                .isInstanceOf(IOException.class)
                .hasMessage("no space left");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aTargetThatIsAFolderIsRefusedWithoutLeftovers() throws IOException {
        Path target = Files.createDirectory(folder.resolve("taken"));
        Files.createFile(target.resolve("content"));
        assertThatThrownBy(() -> AtomicFile.write(target, new byte[] {1}))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> AtomicFile.write(folder.resolve("none/file"), new byte[] {1}))
                .isInstanceOf(IOException.class);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(target);
        }
    }

    /** A sparse file: it takes no room on the disk. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void readsBeyondTwoGibibytes() throws IOException {
        long big = 3L << 30;
        String header =
                "{\"big\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                                .formatted(big, big)
                        + "\"w\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
                                .formatted(big, big + 8);
        Path file = file(header, new byte[0]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(
                    ByteBuffer.wrap(new byte[] {7, 0, 0, 0, 0, 0, 0, 1}), channel.size() + big);
        }
        try (SafetensorsFile open = Safetensors.open(file)) {
            assertThat(open.read("w", manager).toLongArray()).containsExactly((1L << 56) + 7);
            assertThatThrownBy(() -> open.buffer("big"))
                    .isInstanceOf(SafetensorsException.class)
                    .hasMessageContaining("tensor 'big': expected at most 2147483647 bytes");
        }
    }

    @Test
    void survivesAnyDamage() throws IOException {
        Path valid = folder.resolve("valid.safetensors");
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("layer.weight", manager.ones(new Shape(2, 3)));
        tensors.put("layer.bias", manager.ones(new Shape(2), DataType.FLOAT64));
        tensors.put("count", manager.create(7L));
        tensors.put("mask", manager.create(new boolean[] {true, false, true}));
        Safetensors.write(valid, tensors, Map.of("format", "pt"));
        byte[] bytes = Files.readAllBytes(valid);
        Path damaged = folder.resolve("damaged.safetensors");
        Random random = new Random(1);
        int refused = 0;
        int rounds = 4000;
        for (int round = 0; round < rounds; round++) {
            byte[] copy = bytes.clone();
            if (round % 4 == 0) {
                copy = Arrays.copyOf(copy, random.nextInt(bytes.length + 20));
            }
            int flips = round % 4 == 0 ? 0 : 1 + random.nextInt(4);
            for (int i = 0; i < flips; i++) {
                int at = random.nextInt(copy.length);
                copy[at] =
                        random.nextBoolean()
                                ? (byte) random.nextInt(256)
                                : (byte) (copy[at] ^ 1 << random.nextInt(8));
            }
            Files.write(damaged, copy);
            try (SafetensorsFile open = Safetensors.open(damaged)) {
                for (Map.Entry<String, NDArray> entry : open.readAll(manager).entrySet()) {
                    assertThat(entry.getValue().size())
                            .isEqualTo(open.info(entry.getKey()).shape().size());
                    entry.getValue().close();
                }
            } catch (SafetensorsException expected) {
                refused++;
            }
        }
        // Damage within the numbers themselves is not visible to the format.
        assertThat(refused).isBetween(rounds / 2, rounds - 1);
    }

    private Path golden() throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(
                                SafetensorsTest.class.getResource("/golden/schedules.safetensors"))
                        .toURI());
    }

    private Path file(String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + text.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text).put(data);
        return Files.write(folder.resolve("made.safetensors"), bytes.array());
    }
}
