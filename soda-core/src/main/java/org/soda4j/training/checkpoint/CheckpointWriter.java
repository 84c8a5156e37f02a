package org.soda4j.training.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes, replaces and deletes checkpoint folders so that each is there whole or not at all. */
final class CheckpointWriter {

    private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointWriter.class);

    /** Hidden names: what is being written, what is being replaced, what is being deleted. */
    private static final Pattern LEFT_OVER =
            Pattern.compile("\\.(step-\\d+|latest)\\.(tmp|replaced|deleted)-\\d+");

    /** What writes the content of one file; the channel is not to be closed. */
    @FunctionalInterface
    interface Content {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    private final Path root;
    private final DurableFiles files;
    private final long pid = ProcessHandle.current().pid();

    CheckpointWriter(Path root, DurableFiles files) {
        this.root = root;
        this.files = files;
    }

    /** Writes all files and the manifest; on failure everything is as it was. */
    CheckpointManifest write(
            long step, long sequence, String created, Map<String, Content> contents)
            throws IOException {
        Path temporary = hidden(CheckpointStore.folderName(step), "tmp");
        try {
            deleteRecursively(temporary);
            files.createFolders(temporary);
            Map<String, CheckpointManifest.Entry> entries = new TreeMap<>();
            for (Map.Entry<String, Content> content : contents.entrySet()) {
                Path file = temporary.resolve(content.getKey());
                entries.put(content.getKey(), writeFile(file, content.getValue()));
            }
            CheckpointManifest manifest = new CheckpointManifest(step, sequence, created, entries);
            byte[] json = manifest.toJson();
            writeFile(temporary.resolve(CheckpointManifest.FILE), out -> writeFully(out, json));
            files.forceFolder(temporary);
            moveIntoPlace(temporary, step);
            return manifest;
        } catch (Throwable failure) {
            try {
                deleteRecursively(temporary);
                if (Files.exists(root.resolve(CheckpointStore.folderName(step)))) {
                    deleteRecursively(hidden(CheckpointStore.folderName(step), "replaced"));
                }
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    /** Replaces a small file at once or not at all. */
    void replace(String name, byte[] content) throws IOException {
        Path temporary = hidden(name, "tmp");
        try {
            writeFile(temporary, out -> writeFully(out, content));
            files.rename(temporary, root.resolve(name));
            files.forceFolder(root);
        } catch (Throwable failure) {
            try {
                files.delete(temporary);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    /** Deletes a checkpoint; renamed first, so that a half-deleted one is never seen. */
    void deleteCheckpoint(long step) throws IOException {
        Path hidden = hidden(CheckpointStore.folderName(step), "deleted");
        files.rename(root.resolve(CheckpointStore.folderName(step)), hidden);
        deleteRecursively(hidden);
    }

    /** Removes what a killed process left, and puts back what it was about to replace. */
    void removeLeftOvers() throws IOException {
        List<Path> children;
        try (Stream<Path> listed = Files.list(root)) {
            children = listed.sorted().toList();
        }
        for (Path child : children) {
            Matcher matcher = LEFT_OVER.matcher(child.getFileName().toString());
            if (!matcher.matches()) {
                continue;
            }
            Path target = root.resolve(matcher.group(1));
            if (matcher.group(2).equals("replaced") && !Files.exists(target)) {
                LOGGER.info("Putting back {}, whose replacement was not finished", target);
                files.rename(child, target);
            } else {
                LOGGER.info("Removing {}, left by a process that was stopped", child);
                deleteRecursively(child);
            }
        }
        files.forceFolder(root);
    }

    /** What to do when a folder cannot be written; the end of a sentence. */
    static String advice(Path folder) {
        String space = "";
        try {
            Path existing = folder;
            while (!Files.exists(existing)) {
                existing = existing.getParent();
            }
            long mebibytes = Files.getFileStore(existing).getUsableSpace() >> 20;
            space = " (" + mebibytes + " MiB are free there)";
        } catch (IOException e) {
            LOGGER.debug("free space of {} is unknown", folder, e);
        }
        return ". Checkpoints written before are untouched"
                + space
                + "; make room or make the folder writable, and start the same command again.";
    }

    static void writeFully(WritableByteChannel out, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    private void moveIntoPlace(Path temporary, long step) throws IOException {
        String name = CheckpointStore.folderName(step);
        Path target = root.resolve(name);
        // A folder cannot be renamed onto one that is not empty, so the old one steps aside.
        Path aside = hidden(name, "replaced");
        boolean replaces = Files.exists(target);
        if (replaces) {
            deleteRecursively(aside);
            files.rename(target, aside);
        }
        try {
            files.rename(temporary, target);
        } catch (IOException failure) {
            if (replaces) {
                files.rename(aside, target);
            }
            throw failure;
        }
        files.forceFolder(root);
        if (replaces) {
            deleteRecursively(aside);
        }
    }

    private CheckpointManifest.Entry writeFile(Path file, Content content) throws IOException {
        MessageDigest digest = CheckpointManifest.sha256();
        try (DurableFiles.Output out = files.create(file)) {
            Measured measured = new Measured(out, digest);
            content.writeTo(measured);
            out.force();
            return new CheckpointManifest.Entry(
                    measured.bytes, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            throw new IOException(file.getFileName() + ": " + e.getMessage(), e);
        }
    }

    private void deleteRecursively(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walked = Files.walk(path)) {
            walked.sorted(Comparator.reverseOrder()).forEach(all::add);
        }
        for (Path each : all) {
            files.delete(each);
        }
    }

    private Path hidden(String name, String role) {
        return root.resolve("." + name + "." + role + "-" + pid);
    }

    /** Counts and sums what passes through. */
    private static final class Measured implements WritableByteChannel {
        private final WritableByteChannel out;
        private final MessageDigest digest;
        private long bytes;

        Measured(WritableByteChannel out, MessageDigest digest) {
            this.out = out;
            this.digest = digest;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            ByteBuffer copy = source.duplicate();
            int written = out.write(source);
            digest.update(copy.limit(copy.position() + written));
            bytes += written;
            return written;
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
