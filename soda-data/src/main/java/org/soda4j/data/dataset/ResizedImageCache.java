package org.soda4j.data.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.data.transform.Resize;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelBuffer;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * Decoded, scaled-down images on disk. An entry is 20 bytes (magic number, height, width, channels,
 * CRC-32 of the pixels) and the pixels. Thread-safe; processes may share a folder.
 */
final class ResizedImageCache {

    private static final Logger LOGGER = LoggerFactory.getLogger(ResizedImageCache.class);
    private static final int MAGIC = 0x53505831;
    private static final int HEADER_BYTES = 20;

    private final Path folder;
    private final int shortSide;
    private final ImageDecoder decoder;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * Makes a cache.
     *
     * @param folder where entries are kept; made when the first is written
     * @param shortSide the longest shorter side that an image keeps, in pixels, at least 1
     * @param decoder what decodes a file that has no entry
     */
    ResizedImageCache(Path folder, int shortSide, ImageDecoder decoder) {
        this.folder = folder;
        this.shortSide = shortSide;
        this.decoder = decoder;
    }

    /**
     * Returns an image, from its entry where there is a good one.
     *
     * @param file the image's file
     * @param relativePath its path below the data set's folder, a part of the entry's name
     * @param index its index in the data set, for messages
     * @return the image, reduced
     * @throws DatasetException if the file cannot be read or has to be refused
     */
    PixelImage read(Path file, String relativePath, int index) {
        Path entry;
        try {
            entry = entryFor(file, relativePath);
        } catch (IOException e) {
            throw new DatasetException(file.toString(), index, "cannot be read: " + e, e);
        }
        PixelImage cached = readEntry(entry);
        if (cached != null) {
            return cached;
        }
        PixelImage image = decoder.decode(file, index);
        PixelImage small = reduce(image);
        try {
            write(entry, small);
        } catch (IOException e) {
            // A full disk costs speed, not data; one line says so.
            if (warned.compareAndSet(false, true)) {
                LOGGER.warn(
                        "{}: cannot write to the cache: {}; decoding each time",
                        folder,
                        e.toString());
            }
        }
        return small;
    }

    private PixelImage reduce(PixelImage image) {
        if (Math.min(image.width(), image.height()) <= shortSide) {
            return image;
        }
        PixelBuffer buffer =
                PixelBuffer.of(image.width(), image.height(), image.channels(), image.pixels());
        Resize.shorterSide(shortSide).apply(buffer);
        return new PixelImage(buffer.width(), buffer.height(), buffer.channels(), buffer.toBytes());
    }

    /** Names the entry after everything that it depends on. */
    private Path entryFor(Path file, String relativePath) throws IOException {
        String key =
                String.join(
                        "\n",
                        file.toAbsolutePath().normalize().toString(),
                        relativePath,
                        Long.toString(Files.size(file)),
                        Files.getLastModifiedTime(file).toInstant().toString(),
                        decoder.cacheKey(),
                        Integer.toString(shortSide));
        ContentHash hash = new ContentHash();
        hash.addBytes(key.getBytes(StandardCharsets.UTF_8));
        String name = hash.hex();
        return folder.resolve(name.substring(0, 2)).resolve(name.substring(2) + ".pixels");
    }

    /** Returns the entry, or null if there is none or it is damaged. */
    private PixelImage readEntry(Path entry) {
        byte[] bytes;
        try {
            if (!Files.isRegularFile(entry)) {
                return null;
            }
            bytes = Files.readAllBytes(entry);
        } catch (IOException e) {
            return null;
        }
        if (bytes.length < HEADER_BYTES) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes);
        int magic = header.getInt();
        int height = header.getInt();
        int width = header.getInt();
        int channels = header.getInt();
        int crc = header.getInt();
        long expected = (long) height * width * channels + HEADER_BYTES;
        if (magic != MAGIC || expected != bytes.length || crc != crc(bytes, HEADER_BYTES)) {
            return null;
        }
        byte[] pixels = new byte[bytes.length - HEADER_BYTES];
        header.get(pixels);
        return new PixelImage(width, height, channels, pixels);
    }

    private static void write(Path entry, PixelImage image) throws IOException {
        Files.createDirectories(entry.getParent());
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + image.pixels().length);
        bytes.putInt(MAGIC).putInt(image.height()).putInt(image.width()).putInt(image.channels());
        bytes.putInt(crc(image.pixels(), 0)).put(image.pixels());
        Path part = Files.createTempFile(entry.getParent(), "part", ".tmp");
        try {
            Files.write(part, bytes.array());
            try {
                Files.move(part, entry, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, entry, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static int crc(byte[] bytes, int offset) {
        CRC32 crc = new CRC32();
        crc.update(bytes, offset, bytes.length - offset);
        return (int) crc.getValue();
    }
}
