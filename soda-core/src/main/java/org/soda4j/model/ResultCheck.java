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

    /**
     * Checks what was computed from arguments that have been checked.
     *
     * @param what the result is called, such as {@code latents}
     * @param result float32, its first dimension the batch; closed where it is refused
     * @param examples after so many rows the batch begins anew, as it does with guidance
     * @return the result
     * @throws NonFiniteException if a number is NaN or infinite
     */
    public NDArray finite(String what, NDArray result, long examples) {
        return finite(what, result, examples, null);
    }

    /**
     * The same.
     *
     * @param noisy the images that a sampler handed in, float32, which may be the cause; or null
     */
    public NDArray finite(String what, NDArray result, long examples, NDArray noisy) {
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
                                    cause(noisy)));
        }
    }

    private static String listed(TreeSet<Integer> rows) {
        String some =
                rows.stream().limit(LISTED).map(String::valueOf).collect(Collectors.joining(", "));
        return rows.size() > LISTED ? some + " and more" : some;
    }

    private String cause(NDArray noisy) {
        if (noisy != null && !FiniteValues.areFinite(noisy)) {
            return "the noisy images have "
                    + FiniteValues.firstNonFinite(noisy).orElseThrow()
                    + ": they grew from step to step, against which DdimSampler.clip helps";
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
