package org.soda4j.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Real files that fail at the n-th byte or the n-th operation, or that silently flip a byte. */
final class FaultyFiles implements DurableFiles {

    private final DurableFiles real = new DurableFiles.Real();
    private long bytesLeft = Long.MAX_VALUE;
    private long operationsLeft = Long.MAX_VALUE;
    private boolean flips;
    private long bytesWritten;
    private long operations;

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

    long operations() {
        return operations;
    }

    private void operation(Path path) throws IOException {
        operations++;
        if (--operationsLeft < 0) {
            throw new IOException(path + ": Read-only file system");
        }
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        operation(folder);
        real.createFolders(folder);
    }

    @Override
    public Output create(Path file) throws IOException {
        operation(file);
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
                operation(file);
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
        operation(folder);
        real.forceFolder(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operation(from);
        real.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        real.delete(path);
    }
}
