package org.soda4j.eval.disentanglement;

import java.util.Arrays;
import java.util.List;
import org.soda4j.eval.feature.FeatureSet;

/**
 * Measures of disentanglement with known factors: DCI (Eastwood and Williams, A framework for the
 * quantitative evaluation of disentangled representations, 2018), MIG (Chen et al., Isolating
 * sources of disentanglement in VAEs, 2018), SAP (Kumar et al., Variational inference of
 * disentangled latent concepts, 2018) and modularity (Ridgeway and Mozer, Learning deep
 * disentangled embeddings with the f-statistic loss, 2018). Details that the papers leave open
 * follow Locatello et al., Challenging common assumptions in the unsupervised learning of
 * disentangled representations, 2019.
 *
 * <p>DCI's importance and informativeness are those of a {@link FactorPredictor}: lasso regression,
 * for which only linear relations count, or boosted trees, as in most published values.
 * Informativeness is the score on held-out examples. Mutual information is between values in 20
 * bins of equal width. SAP scores a unit by prediction of the factor from it alone.
 *
 * <p>Per section, a unit is a group of dimensions: its importance is the sum over them, its
 * predictability that of prediction from all of them, and its mutual information with a factor that
 * of this prediction, which is a lower bound.
 *
 * <pre>{@code
 * Disentanglement measured = Disentanglement.of(codes, List.of(Factor.continuous("x", x), shape));
 * DisentanglementScores scores = measured.perDimension();
 * }</pre>
 */
public final class Disentanglement {

    private static final int LEAST_EXAMPLES = 40;

    private final FeatureSet codes;
    private final List<Factor> factors;
    private final FactorPredictor predictor;
    private final CodeSplit split;
    private final FactorRegression[] whole;

    private Disentanglement(FeatureSet codes, List<Factor> factors, FactorPredictor predictor) {
        this.codes = codes;
        this.factors = factors;
        this.predictor = predictor;
        split = new CodeSplit(codes);
        whole = new FactorRegression[factors.size()];
        for (int f = 0; f < whole.length; f++) {
            whole[f] = predictor.fit(split, factors.get(f), 0, codes.width());
        }
    }

    /**
     * Prepares the measures, by lasso.
     *
     * @param codes {@code [n, d]}, at least 40 rows and 2 columns
     * @param factors at least two, each with n values
     * @return the measures; computed on a random split with a fixed seed
     * @throws IllegalArgumentException as {@link #of(FeatureSet, List, FactorPredictor)}
     */
    public static Disentanglement of(FeatureSet codes, List<Factor> factors) {
        return of(codes, factors, FactorPredictor.LASSO);
    }

    /**
     * Prepares the measures.
     *
     * @param codes {@code [n, d]}, at least 40 rows and 2 columns
     * @param factors at least two, each with n values
     * @param predictor of the factors
     * @return the measures; computed on a random split with a fixed seed
     * @throws IllegalArgumentException if there are too few rows, columns or factors, or a factor
     *     has another number of values
     */
    public static Disentanglement of(
            FeatureSet codes, List<Factor> factors, FactorPredictor predictor) {
        if (codes.size() < LEAST_EXAMPLES || codes.width() < 2 || factors.size() < 2) {
            throw new IllegalArgumentException(
                    "expected at least %d examples, 2 dimensions and 2 factors, found %d, %d and %d"
                            .formatted(
                                    LEAST_EXAMPLES, codes.size(), codes.width(), factors.size()));
        }
        for (Factor factor : factors) {
            if (factor.values().length != codes.size()) {
                throw new IllegalArgumentException(
                        "factor '%s': expected %d values, one an example, found %d"
                                .formatted(factor.name(), codes.size(), factor.values().length));
            }
        }
        return new Disentanglement(codes, List.copyOf(factors), predictor);
    }

    /**
     * Measures with every dimension as a unit.
     *
     * @return the scores
     */
    public DisentanglementScores perDimension() {
        int[] sizes = new int[codes.width()];
        Arrays.fill(sizes, 1);
        return measure(sizes);
    }

    /**
     * Measures with sections as units.
     *
     * @param sizes the numbers of dimensions of the sections, in order; at least two, their sum the
     *     width of the codes
     * @return the scores
     * @throws IllegalArgumentException if the sizes do not fit
     */
    public DisentanglementScores perSection(int... sizes) {
        if (sizes.length < 2
                || Arrays.stream(sizes).anyMatch(size -> size < 1)
                || Arrays.stream(sizes).sum() != codes.width()) {
            throw new IllegalArgumentException(
                    "expected at least two sections that add up to %d dimensions, found %s"
                            .formatted(codes.width(), Arrays.toString(sizes)));
        }
        return measure(sizes);
    }

    private DisentanglementScores measure(int[] sizes) {
        int units = sizes.length;
        double[][] importance = new double[units][factors.size()];
        double[][] information = new double[units][factors.size()];
        double[][] predictability = new double[units][factors.size()];
        double[] entropies = new double[factors.size()];
        for (int f = 0; f < factors.size(); f++) {
            Factor factor = factors.get(f);
            int[] discrete = MutualInformation.discretize(factor.values());
            entropies[f] = MutualInformation.entropy(discrete);
            int from = 0;
            for (int u = 0; u < units; u++) {
                int to = from + sizes[u];
                for (int j = from; j < to; j++) {
                    importance[u][f] += whole[f].importance()[j];
                }
                FactorRegression alone = predictor.fit(split, factor, from, to);
                predictability[u][f] = alone.score();
                double[] unit = sizes[u] == 1 ? column(from) : alone.predictions();
                information[u][f] =
                        MutualInformation.of(MutualInformation.discretize(unit), discrete);
                from = to;
            }
        }
        double[] informative = new double[factors.size()];
        for (int f = 0; f < informative.length; f++) {
            informative[f] = whole[f].score();
        }
        return new DisentanglementScores(
                disentanglement(importance),
                completeness(importance),
                Arrays.stream(informative).average().orElseThrow(),
                gap(information, entropies),
                gap(predictability, null),
                modularity(information),
                factors.stream().map(Factor::name).toList(),
                importance,
                information,
                predictability);
    }

    private double[] column(int j) {
        double[] column = new double[codes.size()];
        for (int i = 0; i < column.length; i++) {
            column[i] = codes.row(i)[j];
        }
        return column;
    }

    /** D = sum_i rho_i (1 - H(P_i)), entropy to the base of the number of factors. */
    private static double disentanglement(double[][] importance) {
        double total = 0;
        double sum = 0;
        for (double[] unit : importance) {
            double weight = Arrays.stream(unit).sum();
            total += weight;
            sum += weight * concentration(unit);
        }
        return total == 0 ? 0 : sum / total;
    }

    private static double completeness(double[][] importance) {
        double sum = 0;
        int factors = importance[0].length;
        for (int f = 0; f < factors; f++) {
            int factor = f;
            sum += concentration(Arrays.stream(importance).mapToDouble(u -> u[factor]).toArray());
        }
        return sum / factors;
    }

    /** One minus the entropy of the shares, which is 1 for a single one and 0 for equal ones. */
    private static double concentration(double[] weights) {
        double total = Arrays.stream(weights).sum();
        if (total == 0) {
            return 0;
        }
        double entropy = 0;
        for (double weight : weights) {
            double share = weight / total;
            entropy -= share > 0 ? share * Math.log(share) : 0;
        }
        return 1 - entropy / Math.log(weights.length);
    }

    /** The mean over factors of the lead of the best unit over the second, in units of scale. */
    private static double gap(double[][] table, double[] scale) {
        double sum = 0;
        int factors = table[0].length;
        for (int f = 0; f < factors; f++) {
            int factor = f;
            double[] sorted = Arrays.stream(table).mapToDouble(u -> u[factor]).sorted().toArray();
            double lead = sorted[sorted.length - 1] - sorted[sorted.length - 2];
            sum += scale == null ? lead : lead / scale[f];
        }
        return sum / factors;
    }

    private static double modularity(double[][] information) {
        double sum = 0;
        for (double[] unit : information) {
            double largest = Arrays.stream(unit).max().orElseThrow();
            double rest = Arrays.stream(unit).map(m -> m * m).sum() - largest * largest;
            sum += largest == 0 ? 0 : 1 - rest / (largest * largest * (unit.length - 1));
        }
        return sum / information.length;
    }
}
