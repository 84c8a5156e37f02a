package org.soda4j.data.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.engine.Internal;
import org.soda4j.io.DatasetException;

/** Unpacks a downloaded archive beside its place and moves its one folder there at once. */
@Internal
public final class ZipUnpacking {

    private static final Logger LOGGER = LoggerFactory.getLogger(ZipUnpacking.class);

    /** Of all files over the archive; images hardly shrink, text by a factor of ten. */
    private static final long MAX_EXPANSION = 100;

    private ZipUnpacking() {}

    /**
     * Unpacks.
     *
     * @param archive a zip archive that holds one folder with the target's name
     * @param target where that folder goes; it must not exist, and appears only when all of it is
     *     there
     * @throws DatasetException if the archive is damaged, holds no such folder or a path that
     *     leaves it, or writing failed
     */
    public static void unpack(Path archive, Path target) {
        Path work = target.resolveSibling(target.getFileName() + ".unpacking");
        try {
            deleteTree(work);
            Files.createDirectories(work);
            try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
                long left = MAX_EXPANSION * Files.size(archive) + MAX_EXPANSION;
                for (ZipEntry entry = zip.getNextEntry();
                        entry != null;
                        entry = zip.getNextEntry()) {
                    left -= extract(archive, entry, zip, work, left);
                }
            }
            Path folder = work.resolve(target.getFileName());
            if (!Files.isDirectory(folder)) {
                throw new DatasetException(
                        archive.toString(),
                        "expected the folder %s in it, found none".formatted(target.getFileName()));
            }
            Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | UncheckedIOException e) {
            throw new DatasetException(archive.toString(), -1, "cannot be unpacked: " + e, e);
        } catch (IllegalArgumentException e) {
            // What ZipInputStream and Path say of names.
            throw new DatasetException(
                    archive.toString(),
                    -1,
                    "expected names of files in UTF-8 and without NUL, found: " + e.getMessage(),
                    e);
        } finally {
            try {
                deleteTree(work);
            } catch (IOException | UncheckedIOException e) {
                LOGGER.warn("{}: cannot be deleted; the next attempt does: {}", work, e.toString());
            }
        }
    }

    /** Returns how many bytes the entry has; they may not be more than are left. */
    private static long extract(
            Path archive, ZipEntry entry, InputStream content, Path work, long left)
            throws IOException {
        Path file = work.resolve(entry.getName()).normalize();
        if (!file.startsWith(work)) {
            throw new DatasetException(
                    archive.toString(),
                    "expected paths within the archive, found " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return 0;
        }
        Files.createDirectories(file.getParent());
        long bytes = 0;
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            byte[] part = new byte[1 << 16];
            for (int n = content.read(part); n >= 0; n = content.read(part)) {
                bytes += n;
                if (bytes > left) {
                    throw new DatasetException(
                            archive.toString(),
                            "expected files of at most %d times the archive's size, found more in %s"
                                    .formatted(MAX_EXPANSION, entry.getName()));
                }
                out.write(part, 0, n);
            }
        }
        return bytes;
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        }
    }
}
