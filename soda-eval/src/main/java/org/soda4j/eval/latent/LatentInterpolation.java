package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.latent.LatentLayout;

/** Latents between two latents, in all of z or in chosen sections (SODA, section 4.3). */
public enum LatentInterpolation {
    /** On the straight line: {@code (1 - w) a + w b}. */
    LINEAR {
        @Override
        double[] factors(double weight, double angle) {
            return new double[] {1 - weight, weight};
        }
    },
    /**
     * On the great arc: {@code (sin((1 - w) angle) a + sin(w angle) b) / sin(angle)} (Shoemake
     * 1985), the angle being that of the chosen parts of a and b. Of parallel parts it is the
     * straight line.
     */
    SPHERICAL {
        @Override
        double[] factors(double weight, double angle) {
            double sine = Math.sin(angle);
            if (sine < 1e-6) {
                return LINEAR.factors(weight, angle);
            }
            return new double[] {
                Math.sin((1 - weight) * angle) / sine, Math.sin(weight * angle) / sine
            };
        }
    };

    /** The factors of both ends. */
    abstract double[] factors(double weight, double angle);

    /**
     * Interpolates in all of z.
     *
     * @param from float32 {@code [d]} or {@code [1, d]}
     * @param to like {@code from}
     * @param weights 0 is {@code from}, 1 is {@code to}; beyond them it extrapolates
     * @return float32 {@code [weights, d]}; belongs to the manager of {@code from}, the caller or
     *     that manager closes it
     * @throws IllegalArgumentException if shapes differ, or the arc of opposite latents is asked
     *     for, which is not unique
     */
    public NDArray between(NDArray from, NDArray to, double... weights) {
        long width = from.getShape().get(from.getShape().dimension() - 1);
        return between(LatentLayout.of(Math.toIntExact(width)), SectionKeep.ALL, from, to, weights);
    }

    /**
     * Interpolates in chosen sections; the others stay those of {@code from}.
     *
     * @param layout the model's, {@code soda.config().latent()}
     * @param sections which to interpolate
     * @param from float32 {@code [d]} or {@code [1, d]}
     * @param to like {@code from}
     * @param weights 0 is {@code from}, 1 is {@code to}; beyond them it extrapolates
     * @return float32 {@code [weights, d]}; belongs to the manager of {@code from}
     * @throws IllegalArgumentException if shapes do not fit, or the arc of opposite latents is
     *     asked for
     */
    public NDArray between(
            LatentLayout layout,
            SectionKeep sections,
            NDArray from,
            NDArray to,
            double... weights) {
        LatentRows a = single("from", from, layout);
        LatentRows b = single("to", to, layout);
        boolean[] chosen = LatentRows.chosen(layout, sections);
        double angle = angle(a, b, chosen);
        if (this == SPHERICAL && Math.PI - angle < 1e-4) {
            throw new IllegalArgumentException(
                    "expected latents that are not opposite, found an angle of %s: their arc is not unique; use LINEAR"
                            .formatted(angle));
        }
        LatentRows result = LatentRows.zeros(weights.length, layout.size());
        for (int i = 0; i < weights.length; i++) {
            double[] factors = factors(weights[i], angle);
            for (int j = 0; j < layout.size(); j++) {
                double value = factors[0] * a.get(0, j) + factors[1] * b.get(0, j);
                result.set(i, j, chosen[j] ? (float) value : a.get(0, j));
            }
        }
        return result.toArray(from.getManager());
    }

    /**
     * Evenly spaced weights from 0 to 1, both included.
     *
     * @param count at least 2
     * @return the weights
     * @throws IllegalArgumentException if there are fewer
     */
    public static double[] weights(int count) {
        if (count < 2) {
            throw new IllegalArgumentException("expected at least 2 weights, found " + count);
        }
        double[] weights = new double[count];
        Arrays.setAll(weights, i -> i / (count - 1.0));
        return weights;
    }

    private static LatentRows single(String name, NDArray latent, LatentLayout layout) {
        LatentRows row = LatentRows.of(name, latent, layout.size());
        if (row.size() != 1) {
            throw new IllegalArgumentException(
                    "%s: expected one latent, found %d".formatted(name, row.size()));
        }
        return row;
    }

    private static double angle(LatentRows a, LatentRows b, boolean[] chosen) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < chosen.length; j++) {
            if (chosen[j]) {
                ab += (double) a.get(0, j) * b.get(0, j);
                aa += (double) a.get(0, j) * a.get(0, j);
                bb += (double) b.get(0, j) * b.get(0, j);
            }
        }
        double product = Math.sqrt(aa * bb);
        return product == 0 ? 0 : Math.acos(Math.max(-1, Math.min(1, ab / product)));
    }
}
