package org.soda4j.training.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Real files that fail at the n-th byte or the n-th operation, or that silently flip a byte. */
final class FaultyFiles implements DurableFiles {

    private final DurableFiles real = new DurableFiles.Real();
    private long bytesLeft = Long.MAX_VALUE;
    private long operationsLeft = Long.MAX_VALUE;
    private boolean flips;
    private long bytesWritten;
    private final List<String> operations = new ArrayList<>();

    /** Like a full disk: the bytes up to there are written, then every write fails. */
    void failAfterBytes(long bytes) {
        bytesLeft = bytes;
    }

    /** Every operation but deleting fails after so many have worked. */
    void failAfterOperations(long count) {
        operationsLeft = count;
    }

    /** From now on the first byte of every written buffer is wrong on the disk. */
    void flip(boolean on) {
        flips = on;
    }

    void repair() {
        bytesLeft = Long.MAX_VALUE;
        operationsLeft = Long.MAX_VALUE;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    /** What was asked for so far, such as {@code "force state.json"}. */
    List<String> operations() {
        return operations;
    }

    private void operation(String what, Path path) throws IOException {
        operations.add(what + " " + path.getFileName());
        if (--operationsLeft < 0) {
            throw new IOException(path + ": Read-only file system");
        }
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        operation("folder", folder);
        real.createFolders(folder);
    }

    @Override
    public Output create(Path file) throws IOException {
        operation("create", file);
        Output out = real.create(file);
        return new Output() {
            @Override
            public int write(ByteBuffer source) throws IOException {
                int count = (int) Math.min(source.remaining(), bytesLeft);
                if (count == 0 && source.hasRemaining()) {
                    throw new IOException("No space left on device");
                }
                byte[] bytes = new byte[count];
                source.get(bytes);
                if (flips) {
                    bytes[0] ^= 1;
                }
                bytesLeft -= count;
                bytesWritten += count;
                CheckpointWriter.writeFully(out, bytes);
                return count;
            }

            @Override
            public void force() throws IOException {
                operation("force", file);
                out.force();
            }

            @Override
            public boolean isOpen() {
                return out.isOpen();
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        operation("force", folder);
        real.forceFolder(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operation("rename", from);
        operations.add("to " + to.getFileName());
        real.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        real.delete(path);
    }
}
