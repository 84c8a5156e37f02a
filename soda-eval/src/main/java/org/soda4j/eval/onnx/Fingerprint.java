package org.soda4j.eval.onnx;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.soda4j.Soda;

/** Tells models apart: the SHA-256 of their configuration and weights. */
final class Fingerprint {

    private Fingerprint() {}

    /** Lower-case hexadecimal; called within {@code Soda.whileOpen}. */
    static String of(Soda soda) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java has it.
        }
        digest.update(soda.config().toJson().getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, NDArray> entry : new TreeMap<>(soda.parameters()).entrySet()) {
            digest.update(entry.getKey().getBytes(StandardCharsets.UTF_8));
            float[] values = entry.getValue().toFloatArray();
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.multiplyExact(4, values.length))
                            .order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
