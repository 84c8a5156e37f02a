package org.soda4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.engine.Internal;

/** Writes a file whole or not at all, also when the process or the machine stops in between. */
@Internal
public final class AtomicFile {

    private static final Logger LOGGER = LoggerFactory.getLogger(AtomicFile.class);

    /** What writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes everything.
         *
         * @param channel open for writing, at position 0; not to be closed
         * @throws IOException if that fails; the target is then left as it was
         */
        void writeTo(FileChannel channel) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes to a temporary file beside the target, forces it to the disk and renames it.
     *
     * @param target the file to make or replace; its folder must exist
     * @param content what is written
     * @throws IOException if anything fails; the target is then as before and the temporary file
     *     removed
     */
    public static void write(Path target, Content content) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        Path name = target.getFileName();
        if (folder == null || name == null) {
            throw new IOException(target + ": expected the path of a file");
        }
        Path temporary = folder.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (Throwable failure) {
            deleteAfter(failure, temporary);
            throw failure;
        }
        forceFolder(folder);
    }

    /**
     * Writes bytes. See {@link #write(Path, Content)}.
     *
     * @param target the file to make or replace
     * @param bytes its content
     * @throws IOException if anything fails; the target is then as before
     */
    public static void write(Path target, byte[] bytes) throws IOException {
        write(target, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
    }

    /** Writes all that remains in the buffer. */
    static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void deleteAfter(Throwable failure, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Makes the new name itself durable; some platforms cannot open a folder and need not. */
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // The file is complete under its name; only its survival of a power cut is less sure.
            LOGGER.debug("cannot force folder {}", folder, e);
        }
    }
}
