package org.soda4j.io;

import java.util.List;

/**
 * How the tensors of a weights file fit a model.
 *
 * @param fitting names of the model's parameters that the file gives, in the model's order
 * @param missing names of the model's parameters that the file does not give
 * @param unexpected names in the file that the model does not have
 * @param misshaped parameters whose shape differs, each with the expected and the found shape
 * @param prefixes what stands before names in the file and was left out: those of wrappers, such as
 *     {@code module.} or {@code model.backbone.}; empty for none
 */
public record WeightReport(
        List<String> fitting,
        List<String> missing,
        List<String> unexpected,
        List<String> misshaped,
        List<String> prefixes) {

    private static final int LISTED = 8;

    /** Copies the lists. */
    public WeightReport {
        fitting = List.copyOf(fitting);
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
        misshaped = List.copyOf(misshaped);
        prefixes = List.copyOf(prefixes);
    }

    /**
     * Returns whether the file gives every parameter of the model, and nothing else.
     *
     * @return true if there is nothing to complain about
     */
    public boolean complete() {
        return missing.isEmpty() && unexpected.isEmpty() && misshaped.isEmpty();
    }

    @Override
    public String toString() {
        return "%d fit%s; %s; %s; %s"
                .formatted(
                        fitting.size(),
                        prefixes.isEmpty() ? "" : " (without the prefixes %s)".formatted(prefixes),
                        listed("missing", missing),
                        listed("unexpected", unexpected),
                        listed("misshaped", misshaped));
    }

    private static String listed(String what, List<String> names) {
        if (names.isEmpty()) {
            return "none " + what;
        }
        String more = names.size() > LISTED ? " and %d more".formatted(names.size() - LISTED) : "";
        return "%d %s: %s%s"
                .formatted(
                        names.size(),
                        what,
                        String.join(", ", names.subList(0, Math.min(LISTED, names.size()))),
                        more);
    }
}
