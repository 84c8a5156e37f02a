package org.soda4j.data.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes small files in CIFAR's binary version; the content is a function of file and record. */
final class CifarFiles {

    static final List<String> CIFAR_10 =
            List.of(
                    "data_batch_1.bin",
                    "data_batch_2.bin",
                    "data_batch_3.bin",
                    "data_batch_4.bin",
                    "data_batch_5.bin",
                    "test_batch.bin");

    private CifarFiles() {}

    /** Pixel byte of a file's record: channel, row, column. */
    static byte sample(int file, int record, int channel, int row, int column) {
        return (byte) (31 * file + 7 * record + 80 * channel + 3 * row + column);
    }

    static byte[] records(int file, int count, int... labelRanges) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int r = 0; r < count; r++) {
            for (int range : labelRanges) {
                out.write((r + file) % range);
            }
            for (int k = 0; k < 3072; k++) {
                out.write(sample(file, r, k / 1024, k % 1024 / 32, k % 32));
            }
        }
        return out.toByteArray();
    }

    static void writeCifar10(Path folder, int records) throws IOException {
        for (int f = 0; f < CIFAR_10.size(); f++) {
            Files.write(folder.resolve(CIFAR_10.get(f)), records(f, records, 10));
        }
    }

    /** Writes the archive with the batches out of order, as the official one has them. */
    static void writeCifar10Archive(Path archive, int records) throws IOException {
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(archive)))) {
            for (int f : new int[] {0, 2, 3, 5, 4, 1}) {
                TarArchiveEntry entry =
                        new TarArchiveEntry("cifar-10-batches-bin/" + CIFAR_10.get(f));
                byte[] bytes = records(f, records, 10);
                entry.setSize(bytes.length);
                tar.putArchiveEntry(entry);
                tar.write(bytes);
                tar.closeArchiveEntry();
            }
        }
    }
}
