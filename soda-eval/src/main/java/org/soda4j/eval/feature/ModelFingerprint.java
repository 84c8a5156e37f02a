package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.soda4j.Soda;
import org.soda4j.engine.Internal;
import org.soda4j.io.ConfigText;

/** What tells models apart: SHA-256 over configuration, statistics of features, and weights. */
@Internal
public final class ModelFingerprint {

    private ModelFingerprint() {}

    /**
     * The fingerprint of a model as it is now.
     *
     * @param soda the model; stays open
     * @return 64 lower-case hexadecimal digits
     */
    public static String of(Soda soda) {
        return soda.whileOpen(
                () -> {
                    MessageDigest digest = sha256();
                    add(digest, soda.config().toJson());
                    add(digest, soda.featureStatistics().map(ConfigText::toJson).orElse(""));
                    Map<String, NDArray> parameters = new TreeMap<>(soda.parameters());
                    parameters.forEach(
                            (name, values) -> {
                                add(digest, name);
                                ByteBuffer bytes = values.toByteBuffer();
                                digest.update(bytes);
                            });
                    return HexFormat.of().formatHex(digest.digest());
                });
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
