package org.soda4j.eval.fuzz;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.soda4j.io.NpyArray;
import org.soda4j.io.NpzFile;

/** Makes small valid files, and files of what was mutated. */
final class ValidFiles {

    private ValidFiles() {}

    /** Images of an ending: some made here, some of the decoder's own tests. */
    static List<byte[]> images(String ending) throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_BYTE_GRAY}) {
            BufferedImage image = new BufferedImage(31, 17, type);
            for (int i = 0; i < 31 * 17; i++) {
                image.setRGB(i % 31, i / 31, i * 0x10305);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (ImageIO.write(image, ending, out)) {
                files.add(out.toByteArray());
            }
        }
        for (Path folder :
                List.of(
                        Path.of("../soda-core/src/test/resources/org/soda4j/image/images"),
                        Path.of("src/test/resources/org/soda4j/eval/fuzz/images"))) {
            try (Stream<Path> all = Files.list(folder)) {
                for (Path file : all.sorted().toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    if (hasEnding(file.getFileName().toString(), bytes, ending)) {
                        files.add(bytes);
                    }
                }
            }
        }
        return files;
    }

    /** What an earlier fuzzer kept has names without endings. */
    private static boolean hasEnding(String name, byte[] bytes, String ending) {
        if (name.contains(".")) {
            return name.endsWith("." + ending) && bytes.length < 20_000;
        }
        String start = new String(bytes, 0, Math.min(4, bytes.length), StandardCharsets.ISO_8859_1);
        return switch (ending) {
            case "jpg" -> start.startsWith("\u00ff\u00d8");
            case "png" -> start.startsWith("\u0089PNG");
            case "gif" -> start.startsWith("GIF");
            case "bmp" -> start.startsWith("BM");
            default -> start.startsWith("RIFF");
        };
    }

    /** Mends the checksums of a PNG, so that what was changed reaches the decoder. */
    static byte[] withPngChecksums(byte[] png) {
        byte[] data = png.clone();
        ByteBuffer file = ByteBuffer.wrap(data);
        for (int at = 8; at + 12 <= data.length; ) {
            int length = file.getInt(at);
            if (length < 0 || at + 12L + length > data.length) {
                return data;
            }
            CRC32 crc = new CRC32();
            crc.update(data, at + 4, 4 + length);
            file.putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
        return data;
    }

    static byte[] idx(int... dimensions) {
        int bytes = 1;
        for (int dimension : dimensions) {
            bytes *= dimension;
        }
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + bytes);
        file.putInt(0x800 + dimensions.length);
        for (int dimension : dimensions) {
            file.putInt(dimension);
        }
        for (int i = 0; i < bytes; i++) {
            file.put((byte) (i % 10));
        }
        return file.array();
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] zip(String name, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A ustar header and its content. */
    static byte[] tar(String name, byte[] content) {
        byte[] archive = new byte[512 + (content.length + 511) / 512 * 512 + 1024];
        put(archive, 0, name);
        put(archive, 124, "%011o ".formatted(content.length));
        put(archive, 148, "        0");
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += archive[i] & 0xff;
        }
        put(archive, 148, "%06o\0 ".formatted(sum));
        System.arraycopy(content, 0, archive, 512, content.length);
        return archive;
    }

    private static void put(byte[] archive, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, archive, at, bytes.length);
    }

    static byte[] npz(Path folder) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("features", NpyArray.ofFloats(new float[24], 8, 3));
        arrays.put("labels", NpyArray.ofLongs(new long[] {0, 1, 2, 0, 1, 2, 0, 1}));
        arrays.put("class_names", NpyArray.ofStrings(List.of("a", "bc", "d")));
        arrays.put("provenance", NpyArray.ofString("{\"encoder\": \"x\"}"));
        Path file = folder.resolve("valid.npz");
        NpzFile.write(file, arrays);
        return Files.readAllBytes(file);
    }

    static byte[] cameras(Path folder) throws IOException {
        float[] world = {-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1};
        float[] camera = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("world_mat_0", NpyArray.ofFloats(world, 4, 4));
        arrays.put("camera_mat_0", NpyArray.ofFloats(camera, 4, 4));
        Path file = folder.resolve("valid-cameras.npz");
        NpzFile.write(file, arrays);
        return Files.readAllBytes(file);
    }

    /** The arrays of an archive, one by one. */
    static List<byte[]> npys(byte[] npz) throws IOException {
        List<byte[]> arrays = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(npz))) {
            while (zip.getNextEntry() != null) {
                arrays.add(zip.readAllBytes());
            }
        }
        return arrays;
    }
}
