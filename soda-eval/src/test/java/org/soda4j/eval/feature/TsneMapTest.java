package org.soda4j.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Groups stay groups in the plane. */
class TsneMapTest {

    private static FeatureSet groups(int n, int width) {
        Random random = new Random(2);
        float[] values = new float[n * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() + 20 * (i / width % 3) * (i % 2);
        }
        return FeatureSet.of(values, width);
    }

    @Test
    void nearestPointsAreOfTheSameGroup() {
        FeatureSet features = groups(150, 40);
        double[][] points = TsneMap.of(features, 5).points();
        assertThat(points).hasDimensions(150, 2);
        int same = 0;
        for (int i = 0; i < 150; i++) {
            int nearest = -1;
            double best = Double.POSITIVE_INFINITY;
            for (int j = 0; j < 150; j++) {
                double d = Math.hypot(points[i][0] - points[j][0], points[i][1] - points[j][1]);
                if (i != j && d < best) {
                    best = d;
                    nearest = j;
                }
            }
            same += nearest % 3 == i % 3 ? 1 : 0;
        }
        // By chance 50; a single point can end up on the wrong side.
        assertThat(same).isGreaterThan(142);
    }

    @Test
    void theSameSeedGivesTheSameMap() {
        FeatureSet features = groups(12, 3);
        TsneMap map = TsneMap.of(features, 5);
        assertThat(map.perplexity()).isEqualTo(3);
        assertThat(TsneMap.of(features, 5).points()).isDeepEqualTo(map.points());
    }

    @Test
    void equalRowsAreMappedAndTooFewRefused() {
        double[][] points = TsneMap.of(FeatureSet.of(new float[40], 4), 0).points();
        for (double[] point : points) {
            assertThat(point[0]).isFinite();
            assertThat(point[1]).isFinite();
        }
        assertThatThrownBy(() -> TsneMap.of(FeatureSet.of(new float[12], 2), 0))
                .hasMessageContaining("at least 7 rows for a map, found 6");
    }
}
