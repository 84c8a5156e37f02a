package org.soda4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.soda4j.engine.FiniteValues;
import org.soda4j.engine.ParameterVersions;

/**
 * Refuses to compute with weights in memory that are NaN or infinite, or with variances below 0,
 * such as an own training leaves them. Reads them all, once after each change. For any number of
 * threads, as long as nothing writes meanwhile.
 */
final class WeightCheck {

    private static final int LISTED = 5;

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final ParameterVersions versions;
    private long[] checked;

    /**
     * @param manager owns what watches the parameters
     * @param prefix before their names, such as {@code encoder.}
     * @param values the parameters that are checked, initialised
     */
    WeightCheck(NDManager manager, String prefix, Map<String, Parameter> values) {
        values.forEach((name, p) -> parameters.put(prefix + name, p));
        versions = new ParameterVersions(manager, parameters.values());
    }

    /** Checks where something has changed since the last time. */
    synchronized void requireFinite() {
        long[] now = versions.now();
        if (!Arrays.equals(now, checked)) {
            requireFinite(parameters);
            checked = now; // Last: what was refused is looked at again.
        }
    }

    /** Checks, whether something has changed or not. */
    void requireFiniteNow() {
        requireFinite(parameters);
    }

    /** Checks parameters by name. */
    static void requireFinite(Map<String, Parameter> parameters) {
        Optional<String> problem = problem(parameters);
        if (problem.isPresent()) {
            throw new NonFiniteException(
                    problem.get()
                            + "; load or import weights again, or go back to a checkpoint of before");
        }
    }

    /** What is wrong with parameters that a model cannot compute with, if any is. */
    static Optional<String> problem(Map<String, Parameter> parameters) {
        List<String> wrong = new ArrayList<>();
        parameters.forEach(
                (name, parameter) -> {
                    NDArray array = parameter.getArray();
                    boolean finite = FiniteValues.areFinite(array);
                    boolean variance = parameter.getType() == Parameter.Type.RUNNING_VAR;
                    if (finite && !(variance && isNegative(array))) {
                        return;
                    }
                    wrong.add(wrong.isEmpty() ? described(name, array, finite) : name);
                });
        if (wrong.isEmpty()) {
            return Optional.empty();
        }
        List<String> more = wrong.subList(1, Math.min(wrong.size(), 1 + LISTED));
        return Optional.of(
                wrong.get(0)
                        + (more.isEmpty()
                                ? ""
                                : "; so %d further parameters, first %s"
                                        .formatted(wrong.size() - 1, String.join(", ", more))));
    }

    private static boolean isNegative(NDArray array) {
        try (NDArray least = array.min()) {
            return least.getFloat() < 0;
        }
    }

    private static String described(String name, NDArray array, boolean finite) {
        return "parameter %s: expected %s, found %s"
                .formatted(
                        name,
                        finite ? "variances of at least 0" : "finite numbers",
                        (finite ? FiniteValues.least(array) : FiniteValues.firstNonFinite(array))
                                .orElseThrow());
    }
}
