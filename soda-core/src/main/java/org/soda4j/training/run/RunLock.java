package org.soda4j.training.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.soda4j.io.Utf8Text;

/**
 * Keeps a second process (or a second trainer of this one) from writing to a run folder. The
 * operating system releases the lock when the process ends, however it ends; the file stays, as
 * deleting it would race with the next owner.
 */
final class RunLock implements AutoCloseable {

    static final String FILE = "run.lock";

    /** Far behind the text, as a locked part of a file cannot be read on Windows. */
    private static final long POSITION = Long.MAX_VALUE - 1;

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    static RunLock take(Path folder, Instant now) throws IOException {
        Path file = folder.resolve(FILE);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new RunFolderException(
                        "The run folder "
                                + folder
                                + " is in use by "
                                + Utf8Text.read(file).strip()
                                + "; wait for that process, end it, or choose another folder");
            }
            String owner =
                    "process %d on %s since %s%n"
                            .formatted(ProcessHandle.current().pid(), hostName(), now);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)));
            return new RunLock(channel);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(POSITION, 1, false);
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "an unnamed host";
        }
    }
}
