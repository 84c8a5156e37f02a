package org.soda4j.data.dataset;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.soda4j.engine.Internal;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;

/**
 * SHA-256 over what a data set holds: it is the same where images, labels and their order are. Not
 * thread-safe.
 */
@Internal
public final class ContentHash {

    private final MessageDigest digest;

    /** Begins with nothing added. */
    public ContentHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Adds a number.
     *
     * @param value added as four bytes, the highest first
     */
    public void addInt(int value) {
        digest.update((byte) (value >>> 24));
        digest.update((byte) (value >>> 16));
        digest.update((byte) (value >>> 8));
        digest.update((byte) value);
    }

    /**
     * Adds bytes.
     *
     * @param bytes as they are, without their number
     */
    public void addBytes(byte[] bytes) {
        digest.update(bytes);
    }

    /**
     * Adds a file: the number of its bytes, and its bytes.
     *
     * @param file at most 1 GiB
     * @param index its index in the data set, for messages
     * @throws org.soda4j.io.DatasetException if it cannot be read
     */
    public void addFile(Path file, long index) {
        byte[] content = ImageDecoder.readBytes(file, index);
        addInt(content.length);
        addBytes(content);
    }

    /**
     * Adds an image: height, width, channels, label and pixels.
     *
     * @param image the image
     * @param label its class, or another number that goes with it
     */
    public void addImage(PixelImage image, int label) {
        addInt(image.height());
        addInt(image.width());
        addInt(image.channels());
        addInt(label);
        digest.update(image.pixels());
    }

    /**
     * Returns the hash of all that was added, and begins anew.
     *
     * @return 64 lower-case hexadecimal digits
     */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
