package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fast kernels are tried before they are used, and left out where they fail. */
class QualificationTest {

    private static final String PROPERTY = "org.soda4j.kernels";
    private static final KernelShape SHAPE = new KernelShape(32, 16, 3, 1);

    private final NDManager manager = PyTorchEngine.require().newBaseManager(Device.cpu());

    @BeforeEach
    @AfterEach
    void forget() {
        System.clearProperty(PROPERTY);
        Qualification.forget();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource(FastKernel.class)
    void everyFamilyPassesHere(FastKernel family) {
        double error =
                KernelTrial.of(family, manager, SHAPE, NumberFormat.FLOAT32, Extent.SMALL).error();
        assertThat(error).isLessThanOrEqualTo(family.bound(NumberFormat.FLOAT32));
        assertThat(allows(family)).isTrue();
    }

    /** Packed kernels' faults came with exact numbers of channels, doubling's with odd blocks. */
    @Test
    void aSmallerKernelStandsForAClassWhereFaultsDoNotDependOnItsSize() {
        KernelShape large = new KernelShape(512, 224, 3, 2);
        KernelShape small = new KernelShape(64, 96, 3, 2);
        assertThat(FastKernel.PACKED.trialShape(large)).isEqualTo(large);
        assertThat(FastKernel.DOUBLING.trialShape(large)).isEqualTo(small);
        assertThat(FastKernel.FOLDED.trialShape(large)).isEqualTo(small);
        assertThat(FastKernel.WINOGRAD.trialShape(SHAPE)).isEqualTo(SHAPE);
        KernelShape image = new KernelShape(48, 3, 7, 2);
        assertThat(FastKernel.FOLDED.trialShape(image)).isEqualTo(image);
        assertThat(FastKernel.DROPOUT.trialShape(large)).isEqualTo(KernelShape.ANY);
    }

    @Test
    void anErrorIsTheGreatestDifferenceOfAnyResultBesideItsGreatestValue() {
        assertThat(error(new float[] {1, 4}, new float[] {1, 4})).isZero();
        assertThat(error(new float[] {1, 4}, new float[] {1.4f, 4})).isEqualTo(0.1, within(1e-6));
        assertThat(error(new float[] {1, Float.NaN}, new float[] {1, 4})).isNaN();
    }

    /** The second result alone differs. */
    private double error(float[] fast, float[] exact) {
        return new KernelTrial(
                        () -> List.of(manager.create(new float[] {7}), manager.create(fast)),
                        () -> List.of(manager.create(new float[] {7}), manager.create(exact)),
                        List::of)
                .error();
    }

    @Test
    void aFamilyThatFailsIsLeftOutForAllShapes() {
        assertThat(allows(FastKernel.DOUBLING)).isTrue();
        NumberFormat format = NumberFormat.FLOAT32;
        assertThat(Qualification.passes(FastKernel.DOUBLING, SHAPE, format, 0.06)).isFalse();
        assertThat(allows(FastKernel.DOUBLING)).isFalse();
        assertThat(allows(FastKernel.FOLDED)).isTrue();
        assertThat(Qualification.failures()).isEqualTo(1);
    }

    @Test
    void whatIsNoNumberIsNoSmallError() {
        assertThat(
                        Qualification.passes(
                                FastKernel.PACKED, SHAPE, NumberFormat.BFLOAT16, Double.NaN))
                .isFalse();
    }

    @Test
    void thePropertyLeavesOutFamiliesWithoutATrial() {
        System.setProperty(PROPERTY, "-doubling, -adamw");
        assertThat(allows(FastKernel.DOUBLING)).isFalse();
        assertThat(allows(FastKernel.ADAMW)).isFalse();
        assertThat(Qualification.seconds()).isZero();
        assertThat(allows(FastKernel.DROPOUT)).isTrue();
        System.setProperty(PROPERTY, "plain");
        assertThat(allows(FastKernel.DROPOUT)).isFalse();
    }

    @Test
    void aTrialLeavesTheRandomNumbersAlone() {
        manager.getEngine().setRandomSeed(3);
        float expected = manager.randomUniform(0, 1, new Shape(1)).getFloat();
        manager.getEngine().setRandomSeed(3);
        for (FastKernel family : FastKernel.values()) {
            allows(family);
        }
        NDArray drawn = manager.randomUniform(0, 1, new Shape(1));
        assertThat(drawn.getFloat()).isEqualTo(expected);
    }

    /** Here a doubled map has 48 channels, which the library sums wrongly on some processors. */
    @Test
    void doublingIsNotTriedWithAnOddNumberOfBlocks() {
        NDArray x = manager.ones(new Shape(1, 16, 2, 2));
        NDArray weight = manager.ones(new Shape(48, 16, 3, 3));
        NDArray bias = manager.zeros(new Shape(48));
        OperatorMode mode = new OperatorMode(false, NumberFormat.FLOAT32);
        NDArray y = Operators.resizeConv(x, new Affine(weight, bias), Resample.UP, mode);
        assertThat(y.max().getFloat()).isEqualTo(144);
        assertThat(Qualification.seconds()).isZero();
    }

    private boolean allows(FastKernel family) {
        return Qualification.allows(family, SHAPE, NumberFormat.FLOAT32, Device.cpu());
    }
}
