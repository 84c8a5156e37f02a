package org.soda4j.io;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names under which PyTorch programs store the weights of a SODA model, translated to this
 * library's: torchvision's names after {@code encoder.}, the PyTorch implementation's after {@code
 * decoder.}.
 */
final class PyTorchNames {

    /** The PyTorch implementation keeps its encoder as a sequence, without names. */
    private static final Pattern SEQUENTIAL = Pattern.compile("encoder\\.encoder\\.(\\d+)\\.(.+)");

    private static final Map<Integer, String> WITH_POOLING =
            Map.of(
                    0, "conv1", 1, "bn1", 4, "layer1", 5, "layer2", 6, "layer3", 7, "layer4", 10,
                    "fc");
    private static final Map<Integer, String> WITHOUT_POOLING =
            Map.of(
                    0, "conv1", 1, "bn1", 3, "layer1", 4, "layer2", 5, "layer3", 6, "layer4", 9,
                    "fc");

    private PyTorchNames() {}

    /** Whether a name is a counter of PyTorch's batch norm, which nothing needs. */
    static boolean isCounter(String name) {
        return name.endsWith(".num_batches_tracked");
    }

    /**
     * Translates a name; one that is not known stays as it is.
     *
     * @param name in the file
     * @param pooling whether the encoder's stem pools, which shifts the sequence by one
     * @return the name in the model
     */
    static String translate(String name, boolean pooling) {
        String local = name.startsWith("module.") ? name.substring("module.".length()) : name;
        Matcher sequential = SEQUENTIAL.matcher(local);
        if (sequential.matches()) {
            String part =
                    (pooling ? WITH_POOLING : WITHOUT_POOLING)
                            .get(Integer.parseInt(sequential.group(1)));
            return part == null ? name : "encoder." + part + "." + sequential.group(2);
        }
        boolean whole = local.startsWith("encoder.") || local.startsWith("decoder.");
        return whole ? local : "encoder." + local;
    }
}
