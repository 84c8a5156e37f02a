package org.soda4j.data.dataset;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.soda4j.data.download.OfficialFile;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * Reads the binary version of CIFAR: records of one or two label bytes and 3,072 pixel bytes, the
 * red plane first, then green, then blue, each 32 x 32 row by row (the "binary version" section of
 * the data sets' own page, www.cs.toronto.edu/~kriz/cifar.html).
 */
abstract class CifarDataset extends InMemoryDataset {

    static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;

    /** The official archives unpack to 185 MB; a small one may unpack to anything. */
    private static final long MOST_UNPACKED_BYTES = 1L << 30;

    CifarDataset(FilesBuilder<?> builder, RecordCollector collected, List<String> classNames) {
        super(builder, collected, classNames);
    }

    /**
     * What distinguishes CIFAR-10 from CIFAR-100.
     *
     * @param name for messages
     * @param folder the folder in the official archive
     * @param archive the official archive
     * @param labelRanges the number of classes that each label byte counts
     * @param chosenLabel which of the label bytes is the label
     */
    record Format(
            String name, String folder, OfficialFile archive, int[] labelRanges, int chosenLabel) {

        int recordBytes() {
            return labelRanges.length + 3 * PLANE;
        }
    }

    /**
     * The options of both.
     *
     * @param <T> the builder itself
     */
    abstract static class CifarBuilder<T extends CifarBuilder<T>> extends FilesBuilder<T> {

        private final OfficialFile archive;
        int recordsPerFile;

        CifarBuilder(OfficialFile archive) {
            this.archive = archive;
        }

        T recordsPerFile(int records) {
            recordsPerFile = records;
            return self();
        }

        @Override
        List<OfficialFile> officialFiles() {
            return List.of(archive);
        }
    }

    /** Reads the named files, {@code records} in each, from a folder or an archive. */
    static RecordCollector read(
            FilesBuilder<?> builder, Format format, List<String> files, int records) {
        OnError onError = builder.onError;
        RecordCollector all = new RecordCollector(onError);
        try {
            Path place = locate(builder, format, files.get(0));
            if (Files.isDirectory(place)) {
                for (String file : files) {
                    all.addAll(readFile(place.resolve(file), format, records, onError));
                }
            } else {
                // The official archive does not hold the batches in their order.
                Map<String, RecordCollector> found =
                        readArchive(place, format, files, records, onError);
                files.forEach(file -> all.addAll(found.get(file)));
            }
        } catch (IOException e) {
            throw new DatasetException(builder.root.toString(), -1, "cannot be read: " + e, e);
        }
        all.finish(format.name());
        return all;
    }

    /** Finds the folder with the files, or else the archive, or null. */
    private static Path find(Path root, Format format, String file) {
        if (Files.isRegularFile(root)) {
            return root;
        }
        for (Path folder : List.of(root, root.resolve(format.folder()))) {
            if (Files.isRegularFile(folder.resolve(file))) {
                return folder;
            }
        }
        Path archive = root.resolve(format.archive().name());
        return Files.isRegularFile(archive) ? archive : null;
    }

    private static Path locate(FilesBuilder<?> builder, Format format, String file) {
        Path root = builder.requireRoot();
        Path found = find(root, format, file);
        if (found == null) {
            builder.fetch(format.archive());
            found = find(root, format, file);
        }
        if (found == null) {
            throw new DatasetException(
                    root.toString(),
                    "expected %s or %s/%s or %s, found none of them; unpack the archive there, or call download(true) in Java"
                            .formatted(file, format.folder(), file, format.archive().name()));
        }
        return found;
    }

    private static RecordCollector readFile(Path file, Format format, int records, OnError onError)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(
                    file.toString(), "expected a file of the binary version, found none");
        }
        checkSize(file.toString(), format, records, Files.size(file));
        try (InputStream in = Files.newInputStream(file)) {
            return readRecords(file.toString(), in, format, records, onError);
        }
    }

    private static Map<String, RecordCollector> readArchive(
            Path archive, Format format, List<String> files, int records, OnError onError)
            throws IOException {
        try (InputStream raw = Files.newInputStream(archive)) {
            return readArchive(archive.toString(), raw, format, files, records, onError);
        }
    }

    /** Reads the named files of a tar stream, plain or gzip; the stream is not closed. */
    static Map<String, RecordCollector> readArchive(
            String archive,
            InputStream raw,
            Format format,
            List<String> files,
            int records,
            OnError onError)
            throws IOException {
        Map<String, RecordCollector> found = new HashMap<>();
        TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        GzipDetection.unpack(new BufferedInputStream(raw, 1 << 16)));
        long left = MOST_UNPACKED_BYTES;
        while (found.size() < files.size()) {
            TarArchiveEntry entry = tar.getNextEntry();
            if (entry == null) {
                break;
            }
            left -= entry.getSize();
            if (left < 0) {
                throw new DatasetException(
                        archive,
                        String.format(
                                Locale.ROOT,
                                "expected an archive that unpacks to at most %,d bytes, found more",
                                MOST_UNPACKED_BYTES));
            }
            String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
            if (entry.isFile() && files.contains(name) && !found.containsKey(name)) {
                String where = archive + "!" + name;
                checkSize(where, format, records, entry.getSize());
                found.put(name, readRecords(where, tar, format, records, onError));
            }
        }
        for (String file : files) {
            if (!found.containsKey(file)) {
                throw new DatasetException(
                        archive,
                        "expected %s in the archive, found only %s"
                                .formatted(file, new TreeSet<>(found.keySet())));
            }
        }
        return found;
    }

    private static void checkSize(String file, Format format, int records, long found) {
        long expected = (long) records * format.recordBytes();
        if (found != expected) {
            throw new DatasetException(
                    file,
                    String.format(
                            Locale.ROOT,
                            "expected %,d records of %,d bytes (%,d bytes), found %,d bytes (%.3f records)",
                            records,
                            format.recordBytes(),
                            expected,
                            found,
                            found / (double) format.recordBytes()));
        }
    }

    static RecordCollector readRecords(
            String file, InputStream in, Format format, int records, OnError onError)
            throws IOException {
        RecordCollector collector = new RecordCollector(onError);
        collector.startFile(file);
        int labelBytes = format.labelRanges().length;
        byte[] buffer = new byte[format.recordBytes()];
        for (int r = 0; r < records; r++) {
            int read = in.readNBytes(buffer, 0, buffer.length);
            if (read < buffer.length) {
                throw new DatasetException(
                        file,
                        r,
                        "expected a record of %d bytes, found %d: the file is truncated"
                                .formatted(buffer.length, read),
                        null);
            }
            if (labelsInRange(file, r, buffer, format, collector)) {
                int label = buffer[format.chosenLabel()] & 0xff;
                collector.add(r, interleave(buffer, labelBytes), label);
            }
        }
        return collector;
    }

    private static boolean labelsInRange(
            String file, int record, byte[] buffer, Format format, RecordCollector collector) {
        for (int i = 0; i < format.labelRanges().length; i++) {
            int label = buffer[i] & 0xff;
            if (label >= format.labelRanges()[i]) {
                collector.refuse(
                        new DatasetException(
                                file,
                                record,
                                "expected label byte %d in 0..%d, found %d"
                                        .formatted(i, format.labelRanges()[i] - 1, label),
                                null));
                return false;
            }
        }
        return true;
    }

    private static PixelImage interleave(byte[] planar, int offset) {
        byte[] pixels = new byte[3 * PLANE];
        for (int i = 0; i < PLANE; i++) {
            pixels[3 * i] = planar[offset + i];
            pixels[3 * i + 1] = planar[offset + PLANE + i];
            pixels[3 * i + 2] = planar[offset + 2 * PLANE + i];
        }
        return new PixelImage(SIDE, SIDE, 3, pixels);
    }
}
