package org.soda4j.eval.disentanglement;

import java.util.Arrays;
import java.util.Locale;

/**
 * A known factor of the data, such as a position or a shape.
 *
 * @param name its name
 * @param values one finite value an example; of a categorical factor the category, from 0
 * @param categorical whether the values are categories without order
 */
public record Factor(String name, double[] values, boolean categorical) {

    /** Copies and checks the values. */
    public Factor {
        values = values.clone();
        for (int i = 0; i < values.length; i++) {
            boolean category = values[i] >= 0 && values[i] == Math.rint(values[i]);
            if (!Double.isFinite(values[i]) || (categorical && !category)) {
                throw new IllegalArgumentException(
                        "factor '%s': expected %s, found %s at index %d"
                                .formatted(
                                        name,
                                        categorical ? "categories from 0" : "finite values",
                                        values[i],
                                        i));
            }
        }
        if (Arrays.stream(values).distinct().count() < 2) {
            throw new IllegalArgumentException(
                    "factor '%s': expected at least two different values, found fewer"
                            .formatted(name));
        }
    }

    /**
     * A factor without order.
     *
     * @param name its name
     * @param categories one an example, from 0
     * @return the factor
     */
    public static Factor categorical(String name, int[] categories) {
        return new Factor(name, Arrays.stream(categories).asDoubleStream().toArray(), true);
    }

    /**
     * A factor with order.
     *
     * @param name its name
     * @param values one an example
     * @return the factor
     */
    public static Factor continuous(String name, double[] values) {
        return new Factor(name, values, false);
    }

    @Override
    public double[] values() {
        return values.clone();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d values, %s",
                name,
                values.length,
                categorical ? "categorical" : "ordered");
    }
}
