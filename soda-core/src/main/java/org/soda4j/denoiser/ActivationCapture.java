package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.util.PairList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/** The activations that one pass is asked for, kept in float32 as they come by. */
final class ActivationCapture {

    private static final String OPTION = "activations";

    private final Set<?> wanted;
    private final Map<String, NDArray> kept = new LinkedHashMap<>();

    private ActivationCapture(Set<?> wanted) {
        this.wanted = wanted;
    }

    /** The options of a pass that is asked for some of the known names. */
    static PairList<String, Object> options(
            NumberFormat format, Set<String> names, List<String> known) {
        for (String name : names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "activation: expected one of %s, found %s".formatted(known, name));
            }
        }
        PairList<String, Object> options = NamedBlock.options(format);
        options.add(OPTION, new TreeSet<>(names));
        return options;
    }

    /** What a pass's options ask for; nothing where there are none. */
    static ActivationCapture of(PairList<String, Object> options) {
        Object asked = options == null ? null : options.get(OPTION);
        return new ActivationCapture(asked instanceof Set<?> names ? names : Set.of());
    }

    void offer(String name, NDArray x, OperatorMode mode) {
        if (wanted.contains(name)) {
            kept.put(name, Operators.float32(x, mode));
        }
    }

    /** At the end of a pass, because operators remove their inputs' names. */
    void appendTo(NDList results) {
        kept.forEach(
                (name, activation) -> {
                    activation.setName(name);
                    results.add(activation);
                });
    }
}
