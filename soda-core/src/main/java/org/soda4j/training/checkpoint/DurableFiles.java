package org.soda4j.training.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The writing file operations of checkpoints, so that tests can let any of them fail. */
interface DurableFiles {

    /** A file that is being written. */
    interface Output extends WritableByteChannel {
        /** Returns once everything written is on the disk. */
        void force() throws IOException;
    }

    /** Creates a folder and the missing ones above it. */
    void createFolders(Path folder) throws IOException;

    /** Creates a file that must not exist yet. The caller closes the output. */
    Output create(Path file) throws IOException;

    /** Returns once the entries of a folder are on the disk. */
    void forceFolder(Path folder) throws IOException;

    /** Renames at once or not at all; an existing file at the target is replaced. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file or an empty folder, if it is there. */
    void delete(Path path) throws IOException;

    /** The operations of the real file system. */
    final class Real implements DurableFiles {

        @Override
        public void createFolders(Path folder) throws IOException {
            Files.createDirectories(folder);
        }

        @Override
        public Output create(Path file) throws IOException {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
            return new Output() {
                @Override
                public int write(ByteBuffer source) throws IOException {
                    return channel.write(source);
                }

                @Override
                public void force() throws IOException {
                    channel.force(true);
                }

                @Override
                public boolean isOpen() {
                    return channel.isOpen();
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }

        @Override
        public void forceFolder(Path folder) throws IOException {
            // Windows cannot open a folder; its renames are on the disk when they return.
            if (!System.getProperty("os.name").startsWith("Windows")) {
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void delete(Path path) throws IOException {
            Files.deleteIfExists(path);
        }
    }
}
