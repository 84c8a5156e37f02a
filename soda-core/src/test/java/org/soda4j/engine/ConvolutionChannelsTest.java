package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Convolutions over channel counts that are no multiple of the CPU library's block of 16, where the
 * engine alone gives wrong sums. The reference is the same convolution in float64, which that
 * library does not compute.
 */
class ConvolutionChannelsTest {

    private static final int[] CHANNELS = {1, 3, 6, 8, 24, 32};

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16"})
    void everyChannelCountGivesTheSumsOfFloat64(NumberFormat format) {
        // Round-off of float32 sums, and of inputs rounded to bfloat16 (2^-8 each), some of
        // which cancel; the engine alone is off by 0.1 to NaN.
        double tolerance = format == NumberFormat.FLOAT32 ? 1e-5 : 4e-2;
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            for (int in : CHANNELS) {
                for (int out : CHANNELS) {
                    for (int kernel : new int[] {1, 3}) {
                        try (NDManager scope = manager.newSubManager()) {
                            check(scope, in, out, kernel, format, tolerance);
                        }
                    }
                }
            }
        }
    }

    /**
     * Maps whose channels lie next to each other, as those of pictures do: from 512 output channels
     * on, some of these sums were off by 0.3 to 0.6 on a processor that hides its cache sizes.
     */
    @ParameterizedTest
    @CsvSource({"256, 512, 2, 2", "128, 512, 1, 16", "1024, 512, 1, 16", "64, 4096, 2, 2"})
    void channelsLastMapsGiveTheSumsOfFloat64(int in, int out, int stride, int batch) {
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            for (NumberFormat format :
                    new NumberFormat[] {NumberFormat.FLOAT32, NumberFormat.BFLOAT16}) {
                assertSumsOfFloat64(
                        (a, mode) ->
                                Operators.conv(
                                        a[0].transpose(0, 3, 1, 2),
                                        new Affine(a[1], a[2]),
                                        stride,
                                        mode),
                        random(manager, 1, batch, 4, 4, in),
                        random(manager, 2, out, in, 1, 1),
                        random(manager, 3, out),
                        format,
                        format == NumberFormat.FLOAT32 ? 1e-5 : 4e-2);
            }
        }
    }

    private static void check(
            NDManager scope, int in, int out, int kernel, NumberFormat format, double tolerance) {
        assertSumsOfFloat64(
                (a, mode) -> Operators.conv(a[0], new Affine(a[1], a[2]), 1, mode),
                random(scope, 1, kernel == 1 ? 16 : 2, in, 8, 8), // Fewer take another way.
                random(scope, 2, out, in, kernel, kernel),
                random(scope, 3, out),
                format,
                tolerance);
    }

    /** Compares the output and the gradients of all inputs with those of float64. */
    static void assertSumsOfFloat64(
            BiFunction<NDArray[], OperatorMode, NDArray> operator,
            NDArray x,
            NDArray weight,
            NDArray bias,
            NumberFormat format,
            double tolerance) {
        List<NDArray> found = run(operator, format, x, weight, bias);
        List<NDArray> expected =
                run(operator, NumberFormat.FLOAT32, exact(x), exact(weight), exact(bias));
        for (int i = 0; i < found.size(); i++) {
            double scale = expected.get(i).abs().max().getDouble();
            NDArray error = exact(found.get(i)).sub(expected.get(i)).abs();
            assertThat(error.max().getDouble() / scale)
                    .as("%s with kernel %s, result %d", x.getShape(), weight.getShape(), i)
                    .isLessThan(tolerance);
        }
    }

    private static List<NDArray> run(
            BiFunction<NDArray[], OperatorMode, NDArray> operator,
            NumberFormat format,
            NDArray... inputs) {
        for (NDArray input : inputs) {
            input.setRequiresGradient(true);
        }
        try (GradientCollector collector = PyTorchEngine.require().newGradientCollector()) {
            OperatorMode mode = new OperatorMode(true, format);
            NDArray y = operator.apply(inputs, mode);
            if (format != NumberFormat.FLOAT32) {
                y = Operators.float32(y, mode);
            }
            NDArray weights = GradientCheck.random(y.getManager(), 4, y.getShape().getShape());
            collector.backward(y.mul(weights.toType(y.getDataType(), true)).sum());
            List<NDArray> results = new ArrayList<>(List.of(y));
            Stream.of(inputs).map(NDArray::getGradient).forEach(results::add);
            return results;
        }
    }

    static NDArray random(NDManager manager, long seed, long... shape) {
        return GradientCheck.random(manager, seed, shape).toType(DataType.FLOAT32, true);
    }

    private static NDArray exact(NDArray array) {
        return array.toType(DataType.FLOAT64, true);
    }
}
