package org.soda4j.eval.disentanglement;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How the units of a code (its dimensions or its sections) and the factors correspond. All scores
 * lie in [0, 1]; 1 is best.
 *
 * @param disentanglement DCI: whether each unit matters for one factor only; units weighted by
 *     their importance (Eastwood and Williams, 2018, section 2)
 * @param completeness DCI: whether each factor needs one unit only; mean over factors
 * @param informativeness DCI: how well all units together predict the factors; mean over factors
 * @param mig mutual information gap (Chen et al., 2018, equation 6)
 * @param sap separated attribute predictability (Kumar et al., 2018, section 3)
 * @param modularity whether each unit carries information on one factor only, units alike (Ridgeway
 *     and Mozer, 2018, section 3); units without any information score 0
 * @param factors the factors' names
 * @param importance {@code [units][factors]}, of the regression behind DCI
 * @param mutualInformation {@code [units][factors]} in nats
 * @param predictability {@code [units][factors]}: the score of each unit alone
 */
public record DisentanglementScores(
        double disentanglement,
        double completeness,
        double informativeness,
        double mig,
        double sap,
        double modularity,
        List<String> factors,
        double[][] importance,
        double[][] mutualInformation,
        double[][] predictability) {

    /** Copies the tables. */
    public DisentanglementScores {
        factors = List.copyOf(factors);
        importance = copy(importance);
        mutualInformation = copy(mutualInformation);
        predictability = copy(predictability);
    }

    private static double[][] copy(double[][] table) {
        return Arrays.stream(table).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * The scores for a terminal.
     *
     * @return one line that ends with a line feed
     */
    public String table() {
        return String.format(
                Locale.ROOT,
                "disentanglement %.3f, completeness %.3f, informativeness %.3f, MIG %.3f, SAP %.3f, modularity %.3f (%d units, factors %s)\n",
                disentanglement,
                completeness,
                informativeness,
                mig,
                sap,
                modularity,
                importance.length,
                factors);
    }

    @Override
    public String toString() {
        return table().stripTrailing();
    }
}
