package org.soda4j.eval.disentanglement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.feature.FeatureSet;

/** Codes whose scores follow from how they are made. */
class DisentanglementTest {

    private static final int EXAMPLES = 2000;
    private static final double[] X = new double[EXAMPLES];
    private static final double[] Y = new double[EXAMPLES];
    private static final int[] SHAPE = new int[EXAMPLES];
    private static final double[] NOISE = new double[EXAMPLES];

    static {
        Random random = new Random(3);
        for (int i = 0; i < EXAMPLES; i++) {
            X[i] = random.nextInt(10);
            Y[i] = random.nextInt(10);
            SHAPE[i] = random.nextInt(2);
            NOISE[i] = random.nextGaussian();
        }
    }

    private static final List<Factor> FACTORS =
            List.of(
                    Factor.continuous("x", X),
                    Factor.continuous("y", Y),
                    Factor.categorical("shape", SHAPE));

    private interface Code {
        double[] of(int example);
    }

    @Test
    void perfectCodesScoreOne() {
        DisentanglementScores scores =
                Disentanglement.of(
                                codes(i -> new double[] {-Y[i], 3 * SHAPE[i], 0.1 * X[i] - 7}),
                                FACTORS)
                        .perDimension();
        assertThat(scores.disentanglement()).isCloseTo(1, within(0.02));
        assertThat(scores.completeness()).isCloseTo(1, within(0.02));
        assertThat(scores.informativeness()).isCloseTo(1, within(0.001));
        // What is missing is the chance information of 2,000 independent pairs.
        assertThat(scores.mig()).isCloseTo(1, within(0.02));
        assertThat(scores.sap()).isCloseTo(1, within(0.02));
        assertThat(scores.modularity()).isCloseTo(1, within(0.001));
        assertThat(scores.factors()).containsExactly("x", "y", "shape");
        assertThat(scores.importance()[1][2]).isCloseTo(1, within(0.01));
        assertThat(scores.table()).contains("(3 units, factors [x, y, shape])");
    }

    /** By symmetry both units say the same of both factors: every gap is zero. */
    @Test
    void codesRotatedByHalfARightAngleScoreZero() {
        DisentanglementScores scores =
                Disentanglement.of(
                                codes(i -> new double[] {X[i] + Y[i], X[i] - Y[i]}),
                                FACTORS.subList(0, 2))
                        .perDimension();
        assertThat(scores.informativeness()).isCloseTo(1, within(0.001));
        assertThat(scores.disentanglement()).isCloseTo(0, within(0.01));
        assertThat(scores.completeness()).isCloseTo(0, within(0.01));
        assertThat(scores.mig()).isCloseTo(0, within(0.02));
        assertThat(scores.sap()).isCloseTo(0, within(0.05));
        assertThat(scores.modularity()).isCloseTo(0, within(0.05));
    }

    @Test
    void randomCodesKnowNothing() {
        Random random = new Random(4);
        DisentanglementScores scores =
                Disentanglement.of(
                                codes(
                                        i ->
                                                new double[] {
                                                    random.nextGaussian(),
                                                    random.nextGaussian(),
                                                    random.nextGaussian()
                                                }),
                                FACTORS)
                        .perDimension();
        assertThat(scores.informativeness()).isCloseTo(0, within(0.02));
        assertThat(scores.mig()).isCloseTo(0, within(0.02));
        assertThat(scores.sap()).isCloseTo(0, within(0.02));
    }

    /** Each section holds one factor, rotated with noise inside: bad dimensions, good sections. */
    @Test
    void sectionsAreUnitsOfTheirOwn() {
        Disentanglement measured =
                Disentanglement.of(
                        codes(i -> new double[] {X[i] + 5 * NOISE[i], X[i] - 5 * NOISE[i], Y[i]}),
                        FACTORS.subList(0, 2));
        DisentanglementScores sections = measured.perSection(2, 1);
        assertThat(sections.disentanglement()).isCloseTo(1, within(0.02));
        assertThat(sections.completeness()).isCloseTo(1, within(0.02));
        assertThat(sections.mig()).isGreaterThan(0.9);
        assertThat(sections.sap()).isCloseTo(1, within(0.02));
        assertThat(sections.modularity()).isCloseTo(1, within(0.01));
        DisentanglementScores dimensions = measured.perDimension();
        // One factor of two is spread over two of three units evenly: (1 + 1 - ln 2 / ln 3) / 2.
        assertThat(dimensions.completeness())
                .isCloseTo(1 - Math.log(2) / Math.log(3) / 2, within(0.02));
        assertThat(dimensions.sap()).isLessThan(0.6);
        assertThatThrownBy(() -> measured.perSection(2, 2)).hasMessageContaining("found [2, 2]");
    }

    /** A fair coin's entropy, and a copy with a quarter of its values flipped. */
    @Test
    void mutualInformationInNats() {
        int[] a = {0, 0, 0, 0, 1, 1, 1, 1};
        int[] b = {0, 0, 0, 1, 1, 1, 1, 0};
        assertThat(MutualInformation.entropy(a)).isCloseTo(Math.log(2), within(1e-12));
        double expected = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
        assertThat(MutualInformation.of(a, b)).isCloseTo(expected, within(1e-12));
        double[] many = new double[100];
        for (int i = 0; i < many.length; i++) {
            many[i] = i;
        }
        assertThat(MutualInformation.discretize(many)[99]).isEqualTo(19);
        assertThat(MutualInformation.discretize(many)[4]).isEqualTo(0);
        assertThat(MutualInformation.discretize(new double[] {5, -1, 5})).containsExactly(1, 0, 1);
    }

    /** With one column, lasso is soft thresholding: 0.8 less the penalty of 0.3. */
    @Test
    void lassoShrinks() {
        double[] weights = {0};
        Lasso.solve(new double[][] {{1}}, new double[] {0.8}, 0.3, weights);
        assertThat(weights[0]).isCloseTo(0.5, within(1e-12));
        Lasso.solve(new double[][] {{1}}, new double[] {-0.2}, 0.3, weights);
        assertThat(weights[0]).isZero();
    }

    @Test
    void refusesWhatCannotBeMeasured() {
        FeatureSet codes = codes(i -> new double[] {X[i], Y[i]});
        assertThatThrownBy(() -> Disentanglement.of(codes, FACTORS.subList(0, 1)))
                .hasMessageContaining("found 2000, 2 and 1");
        assertThatThrownBy(
                        () ->
                                Disentanglement.of(
                                        codes,
                                        List.of(
                                                FACTORS.get(0),
                                                Factor.continuous("z", new double[] {1, 2}))))
                .hasMessageContaining("factor 'z': expected 2000 values, one an example, found 2");
        assertThatThrownBy(() -> Factor.continuous("c", new double[] {1, 1}))
                .hasMessageContaining("at least two different values");
        assertThatThrownBy(() -> new Factor("c", new double[] {0, 0.5}, true))
                .hasMessageContaining("categories from 0, found 0.5 at index 1");
    }

    private static FeatureSet codes(Code code) {
        int width = code.of(0).length;
        float[] values = new float[EXAMPLES * width];
        for (int i = 0; i < EXAMPLES; i++) {
            double[] row = code.of(i);
            for (int j = 0; j < width; j++) {
                values[i * width + j] = (float) row[j];
            }
        }
        return FeatureSet.of(values, width);
    }
}
