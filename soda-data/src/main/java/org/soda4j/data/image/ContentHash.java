package org.soda4j.data;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over what a data set holds; see {@link ImageDataset#contentHash()}. */
final class ContentHash {

    private final MessageDigest digest;

    ContentHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    void addInt(int value) {
        digest.update((byte) (value >>> 24));
        digest.update((byte) (value >>> 16));
        digest.update((byte) (value >>> 8));
        digest.update((byte) value);
    }

    void addBytes(byte[] bytes) {
        digest.update(bytes);
    }

    void addImage(PixelImage image, int label) {
        addInt(image.height());
        addInt(image.width());
        addInt(image.channels());
        addInt(label);
        digest.update(image.pixels());
    }

    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
