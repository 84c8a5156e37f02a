package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How strongly the latent, or each part of it, steers a sample: {@code eps = eps_0 + sum_k g_k
 * (eps(keep_k) - eps_0)}, eps_0 with all of the latent dropped. This is classifier-free guidance
 * (Ho and Salimans 2022, eq. 6) for any number of section sets (SODA, section 3.2). Immutable.
 *
 * <p>An evaluation of the denoiser whose weight is zero is left out, so {@link #none()} and {@link
 * #unconditional()} cost one evaluation a step and {@link #whole} two.
 */
public final class Guidance {

    /**
     * One evaluation and its share.
     *
     * @param keep the sections that the denoiser sees
     * @param weight the factor of its output, not 0; the weights of all terms sum to 1
     */
    public record Term(SectionKeep keep, double weight) {}

    private final List<Term> terms;

    private Guidance(List<Term> terms) {
        this.terms = List.copyOf(terms);
    }

    /**
     * Plain conditional sampling: the denoiser sees the whole latent.
     *
     * @return guidance of one evaluation
     */
    public static Guidance none() {
        return new Guidance(List.of(new Term(SectionKeep.ALL, 1)));
    }

    /**
     * Sampling without the latent.
     *
     * @return guidance of one evaluation
     */
    public static Guidance unconditional() {
        return new Guidance(List.of(new Term(SectionKeep.NONE, 1)));
    }

    /**
     * Sampling with some sections dropped and no extrapolation.
     *
     * @param keep the sections that the denoiser sees
     * @return guidance of one evaluation
     */
    public static Guidance keeping(SectionKeep keep) {
        return new Guidance(List.of(new Term(keep, 1)));
    }

    /**
     * Classifier-free guidance by the whole latent: {@code (1 + w) eps_conditional - w
     * eps_unconditional}.
     *
     * @param weight w; 0 is {@link #none()}, -1 is {@link #unconditional()}; published 0.3
     * @return guidance of up to two evaluations
     * @throws IllegalArgumentException if the weight is not finite
     */
    public static Guidance whole(double weight) {
        return sections(Map.of(SectionKeep.ALL, 1 + weight));
    }

    /**
     * Classifier-free guidance by latent and camera apart: {@code (1 + w_z + w_c) eps(z, c) - w_z
     * eps(-, c) - w_c eps(z, -)}, for models of novel views that were trained with both masks.
     *
     * @param latent w_z; 0 leaves its evaluation out
     * @param camera w_c; 0 leaves its evaluation out
     * @return guidance of up to three evaluations
     * @throws IllegalArgumentException if a weight is not finite
     */
    public static Guidance latentAndCamera(double latent, double camera) {
        Map<SectionKeep, Double> weights = new LinkedHashMap<>();
        weights.put(SectionKeep.ALL, 1 + latent + camera);
        weights.put(SectionKeep.ALL.withoutCamera(), -camera);
        return sections(weights); // The rest, -w_z, goes to the choice without the latent.
    }

    /**
     * Guidance by sets of sections.
     *
     * @param weights the g_k of each set; a set of weight 0 is not evaluated, and {@link
     *     SectionKeep#NONE} adds nothing
     * @return guidance of at most one evaluation more than there are sets; evaluated in the map's
     *     order, the unconditional one last
     * @throws IllegalArgumentException if a weight is not finite
     */
    public static Guidance sections(Map<SectionKeep, Double> weights) {
        Map<SectionKeep, Double> ordered = new LinkedHashMap<>(weights);
        List<Term> terms = new ArrayList<>();
        double rest = 1;
        for (Map.Entry<SectionKeep, Double> entry : ordered.entrySet()) {
            double weight = entry.getValue();
            if (!Double.isFinite(weight)) {
                throw new IllegalArgumentException(
                        "expected a finite guidance weight for sections %s, found %s"
                                .formatted(entry.getKey(), weight));
            }
            if (weight != 0 && !entry.getKey().equals(SectionKeep.NONE)) {
                terms.add(new Term(entry.getKey(), weight));
                rest -= weight;
            }
        }
        // Weights like 0.1 + 0.2 + 0.7 miss 1 by rounding; that is no reason to evaluate.
        if (Math.abs(rest) > 1e-9) {
            terms.add(new Term(SectionKeep.NONE, rest));
        }
        return new Guidance(terms);
    }

    /**
     * The evaluations a step makes.
     *
     * @return at least one term, unmodifiable
     */
    public List<Term> terms() {
        return terms;
    }

    /**
     * Asks the denoiser and combines its answers. The weights sum to 1 and eps is an affine
     * function of the output at a given x_t, so combining outputs of any {@link Prediction} is
     * combining noise.
     */
    NDArray predict(NoisePredictor predictor, NDArray x, long t) {
        NDArray outputs = predictor.predict(x, t, terms.stream().map(Term::keep).toList());
        long images = x.getShape().get(0);
        long[] expected = x.getShape().getShape().clone();
        expected[0] = images * terms.size();
        if (!Arrays.equals(outputs.getShape().getShape(), expected)
                || outputs.getDataType() != x.getDataType()) {
            throw new IllegalStateException(
                    "predictor at t = %d: expected %s %s, found %s %s"
                            .formatted(
                                    t,
                                    x.getDataType(),
                                    Arrays.toString(expected),
                                    outputs.getDataType(),
                                    outputs.getShape()));
        }
        if (terms.size() == 1) {
            return outputs;
        }
        try (outputs;
                NDList parts = outputs.split(terms.size())) {
            NDArray sum = parts.get(0).mul(terms.get(0).weight());
            for (int k = 1; k < terms.size(); k++) {
                try (NDArray part = parts.get(k).mul(terms.get(k).weight())) {
                    sum.addi(part);
                }
            }
            return sum;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Guidance that && terms.equals(that.terms);
    }

    @Override
    public int hashCode() {
        return terms.hashCode();
    }

    @Override
    public String toString() {
        return terms.toString();
    }
}
