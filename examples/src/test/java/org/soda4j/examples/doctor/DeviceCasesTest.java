package org.soda4j.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.Precision;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.examples.doctor.OperatorCase.Input;

/** The comparison of a device with the CPU, with the CPU as the device. */
class DeviceCasesTest {

    private static final Device CPU = Device.cpu();

    @ParameterizedTest
    @EnumSource(Precision.class)
    void everyOperatorOfTheCpuPasses(Precision precision) throws Exception {
        for (OperatorCase operator : OperatorCatalog.everyOperator()) {
            Outcome outcome =
                    new ExactCase(operator, precision, CPU, DeviceCases.bound(precision)).run();
            assertThat(outcome.error())
                    .as("%s, %s", operator.family(), operator.shape())
                    .isLessThanOrEqualTo(outcome.bound());
        }
    }

    /** A product whose last number is off by a hundredth, but not in float64. */
    @Test
    void aWrongResultIsFound() {
        assertThat(planted(new float[] {0, 0, 0, 0.01f}).passed()).isFalse();
        assertThat(planted(new float[] {0, 0, 0, 0}).passed()).isTrue();
        assertThat(planted(new float[] {0, Float.NaN, 0, 0}).passed()).isFalse();
    }

    private static Outcome planted(float[] mistake) {
        OperatorCase operator =
                OperatorCase.withoutGradients(
                        "planted",
                        "4",
                        (a, mode) -> {
                            NDArray y = Operators.silu(a[0], mode);
                            boolean exact = y.getDataType().getNumOfBytes() == Double.BYTES;
                            return new NDList(exact ? y : y.add(a[0].getManager().create(mistake)));
                        },
                        Input.of(4));
        return new ExactCase(operator, Precision.FP32, CPU, DeviceCases.bound(Precision.FP32))
                .run();
    }

    /** Right forward, and half of its gradient is lost on the way back. */
    @Test
    void aWrongGradientIsFound() {
        OperatorCase operator =
                OperatorCase.of(
                        "planted",
                        "4",
                        (a, mode) -> {
                            NDArray y = Operators.silu(a[0], mode);
                            boolean exact = y.getDataType().getNumOfBytes() == Double.BYTES;
                            return exact ? y : y.div(a[1]).add(half(y, mode));
                        },
                        Input.of(4),
                        new Input(2, 2, 1));
        Outcome outcome =
                new ExactCase(operator, Precision.FP32, CPU, DeviceCases.bound(Precision.FP32))
                        .run();
        assertThat(outcome.passed()).isFalse();
    }

    private static NDArray half(NDArray y, OperatorMode mode) {
        NDArray two = y.getManager().full(y.getShape(), 2f);
        assertThat(mode.training()).isTrue();
        return y.stopGradient().div(two);
    }

    @Test
    void trainingIsComparedStepByStep() {
        TrainingSteps.Result first = TrainingSteps.train(CPU, Precision.FP32, 7);
        assertThat(first.figures())
                .containsKeys("loss of step 3", "gradient norm of step 1")
                .hasSizeGreaterThan(100);
        TrainingSteps.Result again = TrainingSteps.train(CPU, Precision.FP32, 7);
        assertThat(TrainingSteps.compare(again, first, Precision.FP32).error()).isZero();
        TrainingSteps.Result other = TrainingSteps.train(CPU, Precision.FP32, 8);
        assertThat(TrainingSteps.compare(other, first, Precision.FP32).passed()).isFalse();
    }

    @Test
    void whatIsMissingOrNoNumberIsNotEqual() {
        TrainingSteps.Result one = new TrainingSteps.Result(Map.of("loss", 1.0));
        TrainingSteps.Result none = new TrainingSteps.Result(Map.of());
        TrainingSteps.Result nan = new TrainingSteps.Result(Map.of("loss", Double.NaN));
        assertThat(TrainingSteps.compare(one, one, Precision.FP32).passed()).isTrue();
        assertThat(TrainingSteps.compare(none, one, Precision.FP32).passed()).isFalse();
        assertThat(TrainingSteps.compare(nan, one, Precision.FP32).passed()).isFalse();
    }

    @Test
    void theListHasAllThreePrecisions() {
        assertThat(new DeviceCases(List.of("cpu")).cases())
                .extracting(CheckCase::family, CheckCase::precision)
                .contains(
                        org.assertj.core.groups.Tuple.tuple("training", "fp32"),
                        org.assertj.core.groups.Tuple.tuple("training", "bf16"),
                        org.assertj.core.groups.Tuple.tuple("training", "fp16"),
                        org.assertj.core.groups.Tuple.tuple("doubling", "fp16"),
                        org.assertj.core.groups.Tuple.tuple("adamw", "fp32"));
    }
}
