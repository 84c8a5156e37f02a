package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The forward process against plain Java arithmetic. */
class DiffusionProcessTest {

    private static final NoiseSchedule SCHEDULE = NoiseSchedule.inverted(100);
    private static final Shape SHAPE = new Shape(3, 2, 2, 2);
    private static final long[] TIMES = {1, 50, 100};

    private NDManager manager;
    private NDArray x0;
    private NDArray noise;

    @BeforeEach
    void makeImages() {
        manager = NDManager.newBaseManager();
        SplittableRandom random = new SplittableRandom(3);
        x0 = manager.create(random.doubles(24, -1, 1).toArray(), SHAPE);
        noise = manager.create(random.doubles(24, -2, 2).toArray(), SHAPE);
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    private double[] expected(Combination combination) {
        double[] clean = x0.toDoubleArray();
        double[] eps = noise.toDoubleArray();
        double[] result = new double[24];
        for (int i = 0; i < 24; i++) {
            double a = SCHEDULE.alphaBar(TIMES[i / 8]);
            result[i] = combination.of(Math.sqrt(a), Math.sqrt(1 - a), clean[i], eps[i]);
        }
        return result;
    }

    private interface Combination {
        double of(double signal, double noise, double x0, double eps);
    }

    private static Combination target(Prediction prediction) {
        return switch (prediction) {
            case EPSILON -> (s, n, x, e) -> e;
            case X0 -> (s, n, x, e) -> x;
            case V -> (s, n, x, e) -> s * e - n * x;
        };
    }

    @Test
    void perturbsEachImageAtItsOwnTime() {
        DiffusionProcess process = new DiffusionProcess(SCHEDULE);
        assertThat(process.perturb(x0, noise, TIMES).toDoubleArray())
                .containsExactly(expected((s, n, x, e) -> s * x + n * e), within(1e-14));
        NDArray single =
                process.perturb(
                        x0.toType(DataType.FLOAT32, true),
                        noise.toType(DataType.FLOAT32, true),
                        TIMES);
        assertThat(single.getDataType()).isEqualTo(DataType.FLOAT32);
        // Float32 of numbers up to 3.
        assertThat(single.toType(DataType.FLOAT64, true).toDoubleArray())
                .containsExactly(expected((s, n, x, e) -> s * x + n * e), within(1e-6));
    }

    @Test
    void oneTimeServesAllImages() {
        DiffusionProcess process = new DiffusionProcess(SCHEDULE);
        assertThat(process.perturb(x0, noise, 50).toDoubleArray())
                .containsExactly(process.perturb(x0, noise, 50, 50, 50).toDoubleArray());
    }

    @ParameterizedTest
    @EnumSource(Prediction.class)
    void outputsConvertBothWays(Prediction prediction) {
        DiffusionProcess process = new DiffusionProcess(SCHEDULE, prediction);
        NDArray xt = process.perturb(x0, noise, TIMES);
        NDArray target = process.target(x0, noise, TIMES);
        assertThat(target.toDoubleArray())
                .containsExactly(expected(target(prediction)), within(1e-14));
        // Dividing by sqrt(alphaBar(100)) = 0.01 costs two digits.
        assertThat(process.toX0(target, xt, TIMES).toDoubleArray())
                .containsExactly(x0.toDoubleArray(), within(1e-11));
        assertThat(process.toEpsilon(target, xt, TIMES).toDoubleArray())
                .containsExactly(noise.toDoubleArray(), within(1e-11));
    }

    @ParameterizedTest
    @EnumSource(Prediction.class)
    void lossIsTheMeanSquaredErrorAndHasItsGradient(Prediction prediction) {
        DiffusionProcess process = new DiffusionProcess(SCHEDULE, prediction);
        NDArray output = manager.zeros(SHAPE, DataType.FLOAT64);
        output.setRequiresGradient(true);
        double[] target = expected(target(prediction));
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray loss = process.loss(output, x0, noise, TIMES);
            collector.backward(loss);
            assertThat(loss.getShape().dimension()).isZero();
            assertThat(loss.getDouble())
                    .isEqualTo(
                            Arrays.stream(target).map(v -> v * v).average().orElseThrow(),
                            within(1e-14));
        }
        // d/do mean((o - t)^2) = 2 (o - t) / 24 at o = 0.
        assertThat(output.getGradient().toDoubleArray())
                .containsExactly(
                        Arrays.stream(target).map(v -> -2 * v / 24).toArray(), within(1e-14));
    }

    @Test
    void leavesItsArgumentsAndTheManagerClean() {
        NDManager scope = manager.newSubManager();
        x0.attach(scope);
        noise.attach(scope);
        for (Prediction prediction : Prediction.values()) {
            DiffusionProcess process = new DiffusionProcess(SCHEDULE, prediction);
            NDArray xt = process.perturb(x0, noise, TIMES);
            process.target(x0, noise, TIMES).close();
            process.loss(noise, x0, noise, TIMES).close();
            process.toX0(noise, xt, TIMES).close();
            process.toEpsilon(noise, xt, TIMES).close();
            xt.close();
        }
        assertThat(scope.getManagedArrays()).containsExactlyInAnyOrder(x0, noise);
        scope.close();
    }

    @Test
    void refusesWhatDoesNotFit() {
        DiffusionProcess process = new DiffusionProcess(SCHEDULE);
        assertThatThrownBy(() -> process.perturb(x0, noise.get("0:2"), TIMES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("noise: expected shape (3, 2, 2, 2), found (2, 2, 2, 2)");
        assertThatThrownBy(() -> process.loss(x0.get("0:1"), x0, noise, TIMES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("output: expected shape (3, 2, 2, 2), found (1, 2, 2, 2)");
        assertThatThrownBy(() -> process.perturb(x0, noise, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected one time for each image");
        for (long t : new long[] {0, -1, 101}) {
            assertThatThrownBy(() -> process.perturb(x0, noise, 1, t, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("expected a time from 1 to 100, found " + t);
        }
    }

    @Test
    void drawsEveryTimeAndNoOther() {
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.cosine(4));
        long[] times = process.drawTimes(4000, new SplittableRandom(1));
        for (long t = 1; t <= 4; t++) {
            long wanted = t;
            // 1000 expected, standard deviation 27.
            assertThat(Arrays.stream(times).filter(found -> found == wanted).count())
                    .isBetween(860L, 1140L);
        }
        assertThat(Arrays.stream(times)).hasSize(4000).allMatch(t -> t >= 1 && t <= 4);
    }

    @Test
    void goesThroughJson() throws Exception {
        ObjectMapper json = new ObjectMapper();
        DiffusionProcess process = new DiffusionProcess(SCHEDULE, Prediction.V);
        String text = json.writeValueAsString(process);
        assertThat(text)
                .isEqualTo(
                        "{\"schedule\":{\"kind\":\"inverted\",\"steps\":100},\"prediction\":\"V\"}");
        assertThat(json.readValue(text, DiffusionProcess.class)).isEqualTo(process);
    }
}
