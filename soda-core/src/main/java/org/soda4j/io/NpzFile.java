package org.soda4j.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** NumPy's {@code .npz}: a zip of {@code .npy} entries, stored as {@code numpy.savez} does. */
public final class NpzFile {

    private static final String SUFFIX = ".npy";

    private NpzFile() {}

    /**
     * Writes a file whole or not at all; the same arrays give the same bytes.
     *
     * @param file is replaced
     * @param arrays by name, without {@code .npy}
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, Map<String, NpyArray> arrays) throws IOException {
        AtomicFile.write(
                file,
                channel -> {
                    ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel));
                    zip.setMethod(ZipOutputStream.STORED);
                    for (Map.Entry<String, NpyArray> entry : arrays.entrySet()) {
                        put(zip, entry.getKey() + SUFFIX, entry.getValue());
                    }
                    // Not close(): the channel belongs to the caller, who still forces it.
                    zip.finish();
                });
    }

    private static void put(ZipOutputStream zip, String name, NpyArray array) throws IOException {
        byte[] header = array.header();
        CRC32 crc = new CRC32();
        crc.update(header);
        crc.update(array.data());
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0); // the same content gives the same bytes
        entry.setCrc(crc.getValue());
        entry.setSize(header.length + (long) array.data().remaining());
        entry.setCompressedSize(entry.getSize());
        zip.putNextEntry(entry);
        zip.write(header);
        copy(array, zip);
        zip.closeEntry();
    }

    private static void copy(NpyArray array, OutputStream out) throws IOException {
        byte[] part = new byte[1 << 16];
        for (var data = array.data(); data.hasRemaining(); ) {
            int length = Math.min(part.length, data.remaining());
            data.get(part, 0, length);
            out.write(part, 0, length);
        }
    }

    /**
     * Reads all arrays of a file, plain or compressed, and compares their checksums.
     *
     * @param file the file
     * @return by name, without {@code .npy}
     * @throws IOException if it is missing or damaged; names the file and the entry
     */
    public static Map<String, NpyArray> read(Path file) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (entry.getName().endsWith(SUFFIX)) {
                    String name =
                            entry.getName()
                                    .substring(0, entry.getName().length() - SUFFIX.length());
                    arrays.put(name, read(zip, entry));
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        return arrays;
    }

    private static NpyArray read(ZipFile zip, ZipEntry entry) throws IOException {
        // ZipFile does not compare checksums itself.
        try (InputStream raw = zip.getInputStream(entry);
                CheckedInputStream in = new CheckedInputStream(raw, new CRC32())) {
            NpyArray array = NpyArray.read(in, entry.getSize());
            if (in.read() >= 0) {
                throw new IOException("expected the end behind the array, found more data");
            }
            if (in.getChecksum().getValue() != entry.getCrc()) {
                throw new IOException("the checksum differs; the file is damaged");
            }
            return array;
        } catch (IOException | RuntimeException e) {
            throw new IOException(entry.getName() + ": " + e.getMessage(), e);
        }
    }
}
