package org.soda4j.io;

import java.util.List;
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
    private static final Pattern SEQUENTIAL =
            Pattern.compile("encoder\\.encoder\\.(\\d{1,3})\\.(.+)");

    private static final Map<Integer, String> WITH_POOLING =
            Map.of(
                    0, "conv1", 1, "bn1", 4, "layer1", 5, "layer2", 6, "layer3", 7, "layer4", 10,
                    "fc");
    private static final Map<Integer, String> WITHOUT_POOLING =
            Map.of(
                    0, "conv1", 1, "bn1", 3, "layer1", 4, "layer2", 5, "layer3", 6, "layer4", 9,
                    "fc");

    private static final String ENCODER = "encoder.";
    private static final String DENOISER = "decoder.";

    /** Of DataParallel, Lightning and others, MoCo, averages, distillation, torch.compile. */
    private static final List<String> WRAPPERS =
            List.of(
                    "module.",
                    "model.",
                    "backbone.",
                    "encoder_q.",
                    "ema_model.",
                    "student_backbone.",
                    "_orig_mod.");

    private PyTorchNames() {}

    /** Whether a name is a counter of PyTorch's batch norm, which nothing needs. */
    static boolean isCounter(String name) {
        return name.endsWith(".num_batches_tracked");
    }

    /**
     * What stands before a name because the model was part of something when it was saved, such as
     * {@code module.} or {@code module.backbone.}.
     */
    static String wrappers(String name) {
        int end = 0;
        for (boolean found = true; found; ) {
            found = false;
            for (String wrapper : WRAPPERS) {
                if (name.startsWith(wrapper, end)) {
                    end += wrapper.length();
                    found = true;
                }
            }
        }
        return name.substring(0, end);
    }

    /**
     * Translates a name; one that is not known stays as it is.
     *
     * @param name in the file
     * @param pooling whether the encoder's stem pools, which shifts the sequence by one
     * @return the name in the model
     */
    static String translate(String name, boolean pooling) {
        String local = name.substring(wrappers(name).length());
        Matcher sequential = SEQUENTIAL.matcher(local);
        if (sequential.matches()) {
            String part =
                    (pooling ? WITH_POOLING : WITHOUT_POOLING)
                            .get(Integer.parseInt(sequential.group(1)));
            return part == null ? name : "encoder." + part + "." + sequential.group(2);
        }
        String part = local.startsWith(DENOISER) ? DENOISER : ENCODER;
        String inPart = local.startsWith(part) ? local.substring(part.length()) : local;
        return part + inPart.substring(wrappers(inPart).length());
    }
}
