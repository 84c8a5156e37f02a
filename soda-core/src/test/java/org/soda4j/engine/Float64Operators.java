package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import org.soda4j.engine.PlainMath.Tensor;

/** What tests of operators in float64 share. */
abstract class Float64Operators extends ArrayFixture {

    /** Sums of at most some hundred products of numbers about 1, at 1e-16 each. */
    static final double TOLERANCE = 1e-11;

    static final OperatorMode TRAINING = new OperatorMode(true, NumberFormat.FLOAT32);
    static final OperatorMode INFERENCE = new OperatorMode(false, NumberFormat.FLOAT32);

    NDArray random(long seed, long... shape) {
        return GradientCheck.random(manager, seed, shape);
    }

    static Tensor plain(NDArray array) {
        long[] shape = array.getShape().getShape();
        return new Tensor(values(array), Arrays.stream(shape).mapToInt(i -> (int) i).toArray());
    }

    static double[] values(NDArray array) {
        return array.toDoubleArray();
    }

    static double[][] rows(NDArray array, int width) {
        double[] all = values(array);
        double[][] rows = new double[all.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
        }
        return rows;
    }

    static double[] flat(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }

    static void assertSame(NDArray found, Tensor expected) {
        assertThat(found.getDataType()).isEqualTo(DataType.FLOAT64);
        assertThat(found.getShape().getShape())
                .isEqualTo(Arrays.stream(expected.shape()).asLongStream().toArray());
        assertClose(values(found), expected.data());
    }

    static void assertClose(double[] found, double[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i])
                    .as("element %d", i)
                    .isCloseTo(expected[i], within(TOLERANCE * (1 + Math.abs(expected[i]))));
        }
    }
}
