package org.soda4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.soda4j.engine.FiniteValues;
import org.soda4j.engine.Internal;
import org.soda4j.engine.NumberFormat;

/** Hands on what a model computed where it is finite; else says which rows are not, and why. */
@Internal
public final class ResultCheck {

    private static final int LISTED = 8;

    private final SodaModel model;
    private final NumberFormat precision;

    public ResultCheck(SodaModel model, NumberFormat precision) {
        this.model = model;
        this.precision = precision;
    }

    /** An array that the result was computed from, float32. */
    public record Input(String name, NDArray array) {}

    /**
     * @param what the result is called, such as {@code latents}
     * @param result float32, its first dimension the batch; closed where it is refused
     * @param examples after so many rows the batch begins anew, as it does with guidance
     * @param inputs what else may be the cause
     * @return the result
     * @throws NonFiniteException if a number is NaN or infinite
     */
    public NDArray finite(String what, NDArray result, long examples, Input... inputs) {
        if (FiniteValues.areFinite(result)) {
            return result;
        }
        try (result) {
            Shape shape = result.getShape();
            int perRow = Math.toIntExact(shape.size() / shape.get(0));
            float[] values = result.toFloatArray();
            TreeSet<Integer> rows = new TreeSet<>();
            int first = -1;
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    first = first < 0 ? i : first;
                    rows.add((int) (i / perRow % examples));
                }
            }
            throw new NonFiniteException(
                    List.copyOf(rows),
                    "%s: expected finite numbers, found %s at index %s, and such in %d of %d rows: %s; %s"
                            .formatted(
                                    what,
                                    values[first],
                                    FiniteValues.index(shape.getShape(), first),
                                    rows.size(),
                                    examples,
                                    listed(rows),
                                    cause(inputs)));
        }
    }

    private static String listed(TreeSet<Integer> rows) {
        String some =
                rows.stream().limit(LISTED).map(String::valueOf).collect(Collectors.joining(", "));
        return rows.size() > LISTED ? some + " and more" : some;
    }

    private String cause(Input... inputs) {
        for (Input input : inputs) {
            var wrong = FiniteValues.firstNonFinite(input.array());
            if (wrong.isPresent()) {
                return "the cause is in %s, which have %s".formatted(input.name(), wrong.get());
            }
        }
        return WeightCheck.problem(model.parameters())
                .map(problem -> "the cause is in the weights: " + problem)
                .orElseGet(this::overflow);
    }

    private String overflow() {
        if (precision == NumberFormat.FLOAT16) {
            return "weights are finite, so numbers went beyond 65504, where float16 ends: take"
                    + " Precision.BF16 or FP32";
        }
        String name = null;
        float greatest = -1;
        for (var entry : model.parameters().entrySet()) {
            try (NDArray sizes = entry.getValue().getArray().abs();
                    NDArray most = sizes.max()) {
                if (most.getFloat() > greatest) {
                    greatest = most.getFloat();
                    name = entry.getKey();
                }
            }
        }
        return "weights are finite, so numbers overflowed on the way; the greatest weight is %s, in parameter %s"
                .formatted(greatest, name);
    }
}
