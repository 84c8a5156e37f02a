package org.soda4j.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.io.DatasetException;

class ZipUnpackingTest {

    @TempDir Path folder;

    private Path zip(String... names) throws IOException {
        Path archive = folder.resolve("set.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                if (!name.endsWith("/")) {
                    out.write(name.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return archive;
    }

    private void assertOnlyTheArchive() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).containsExactly("set.zip");
        }
    }

    @Test
    void theFolderAppearsAtOnce() throws IOException {
        // What an earlier, killed attempt left is in nobody's way.
        Files.createDirectories(folder.resolve("set.unpacking/set/old"));
        Path target = folder.resolve("set");
        ZipUnpacking.unpack(zip("set/", "set/a/", "set/a/1.txt", "set/b/2.txt"), target);
        assertThat(Files.readString(target.resolve("a/1.txt"))).isEqualTo("set/a/1.txt");
        assertThat(target.resolve("b/2.txt")).exists();
        assertThat(target.resolve("old")).doesNotExist();
        assertThat(folder.resolve("set.unpacking")).doesNotExist();
    }

    @Test
    void pathsThatLeadOutAreRefused() throws IOException {
        for (String name : new String[] {"../evil.txt", "set/../../evil.txt", "/../evil.txt"}) {
            Path archive = zip("set/a.txt", name);
            assertThatThrownBy(() -> ZipUnpacking.unpack(archive, folder.resolve("set")))
                    .isInstanceOf(DatasetException.class);
            assertOnlyTheArchive();
            assertThat(folder.resolveSibling("evil.txt")).doesNotExist();
        }
    }

    @Test
    void aTruncatedArchiveLeavesNothing() throws IOException {
        Path archive = zip("set/a.txt", "set/b.txt");
        Files.write(archive, Arrays.copyOf(Files.readAllBytes(archive), 40));
        assertThatThrownBy(() -> ZipUnpacking.unpack(archive, folder.resolve("set")))
                .isInstanceOf(DatasetException.class);
        assertOnlyTheArchive();
        Path other = zip("different/a.txt");
        assertThatThrownBy(() -> ZipUnpacking.unpack(other, folder.resolve("set")))
                .hasMessageContaining("expected the folder set in it, found none");
    }

    /** Replaces bytes of a name, which stands before and behind the content. */
    private static void rename(Path archive, String name, byte[] other) throws IOException {
        String text = new String(Files.readAllBytes(archive), StandardCharsets.ISO_8859_1);
        String replaced = text.replace(name, new String(other, StandardCharsets.ISO_8859_1));
        assertThat(replaced).isNotEqualTo(text);
        Files.write(archive, replaced.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void namesThatAreNoneAreRefusedNamingTheArchive() throws IOException {
        for (byte[] name : new byte[][] {{'q', 0, 'q'}, {'q', (byte) 0xff, 'q'}}) {
            Path archive = zip("set/qqq.txt");
            rename(archive, "qqq", name);
            assertThatThrownBy(() -> ZipUnpacking.unpack(archive, folder.resolve("set")))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageStartingWith(archive.toString())
                    .hasMessageContaining("name");
            assertOnlyTheArchive();
        }
    }

    @Test
    void aBombDoesNotFillTheDisk() throws IOException {
        Path archive = folder.resolve("set.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(archive))) {
            out.putNextEntry(new ZipEntry("set/zeros"));
            out.write(new byte[10_000_000]);
        }
        assertThatThrownBy(() -> ZipUnpacking.unpack(archive, folder.resolve("set")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(archive.toString())
                .hasMessageContaining("100 times the archive's size, found more in set/zeros");
        assertOnlyTheArchive();
    }
}
