package org.soda4j.eval.disentanglement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.soda4j.data.dataset.KnownFactors;

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

    /**
     * The factors of a data set that knows them; those that do not vary among its images are left
     * out.
     *
     * @param known the data set
     * @param images its first so many are meant
     * @return categorical factors, and continuous ones where {@link KnownFactors#isOrdered}
     */
    public static List<Factor> allOf(KnownFactors known, int images) {
        int[][] levels = IntStream.range(0, images).mapToObj(known::factors).toArray(int[][]::new);
        List<String> names = known.factorNames();
        List<Factor> factors = new ArrayList<>();
        for (int f = 0; f < names.size(); f++) {
            int factor = f;
            int[] values = Arrays.stream(levels).mapToInt(each -> each[factor]).toArray();
            if (Arrays.stream(values).distinct().count() > 1) {
                factors.add(
                        new Factor(
                                names.get(f),
                                Arrays.stream(values).asDoubleStream().toArray(),
                                !known.isOrdered(f)));
            }
        }
        return List.copyOf(factors);
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
