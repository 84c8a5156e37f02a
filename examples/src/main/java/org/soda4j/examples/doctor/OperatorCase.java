package org.soda4j.examples.doctor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.engine.PyTorchEngine;

/**
 * One operator with inputs that are the same on every device.
 *
 * @param family what it is
 * @param shape its sizes, in words
 * @param gradients whether it has any, which are compared too
 * @param inputs what it takes
 * @param operation what it does
 */
record OperatorCase(
        String family, String shape, boolean gradients, List<Input> inputs, Operation operation) {

    private static final int SEED = 20231129;

    /**
     * An input of uniform numbers.
     *
     * @param lowest of them
     * @param highest of them
     * @param shape of the array
     */
    record Input(double lowest, double highest, long... shape) {
        /** Numbers from -1 to 1. */
        static Input of(long... shape) {
            return new Input(-1, 1, shape);
        }

        /** So small numbers that sums over all dimensions but the first are of about the size 1. */
        static Input weight(long... shape) {
            long terms = 1;
            for (int i = 1; i < shape.length; i++) {
                terms *= shape[i];
            }
            double bound = Math.sqrt(3.0 / terms);
            return new Input(-bound, bound, shape);
        }
    }

    /** What is done to the inputs; may keep arrays until their manager closes. */
    @FunctionalInterface
    interface Operation {
        NDList apply(NDArray[] inputs, OperatorMode mode);
    }

    /** With a single result. */
    @FunctionalInterface
    interface SingleOperation {
        NDArray apply(NDArray[] inputs, OperatorMode mode);
    }

    static OperatorCase of(
            String family, String shape, SingleOperation operation, Input... inputs) {
        return new OperatorCase(
                family, shape, true, List.of(inputs), (a, m) -> new NDList(operation.apply(a, m)));
    }

    static OperatorCase withoutGradients(
            String family, String shape, Operation operation, Input... inputs) {
        return new OperatorCase(family, shape, false, List.of(inputs), operation);
    }

    /**
     * Computes results and gradients of all inputs.
     *
     * @param scope owns the results
     * @param device where to compute
     * @param format of feature maps, to which inputs are rounded in every case
     * @param exact whether everything is computed in float64 instead
     * @return results, then gradients, on the CPU
     */
    List<NDArray> run(NDManager scope, Device device, NumberFormat format, boolean exact) {
        DataType type = exact ? DataType.FLOAT64 : DataType.FLOAT32;
        Engine engine = PyTorchEngine.require();
        engine.setRandomSeed(SEED);
        NDManager cpu = scope.newSubManager(Device.cpu());
        NDArray[] arrays = new NDArray[inputs.size()];
        for (int i = 0; i < arrays.length; i++) {
            Input input = inputs.get(i);
            NDArray drawn =
                    cpu.randomUniform(
                            (float) input.lowest, (float) input.highest, new Shape(input.shape));
            arrays[i] = moved(rounded(drawn, format), device, type);
            arrays[i].setRequiresGradient(gradients);
        }
        OperatorMode mode = new OperatorMode(gradients, exact ? NumberFormat.FLOAT32 : format);
        if (!gradients) {
            return copies(operation.apply(arrays, mode));
        }
        try (GradientCollector collector = engine.newGradientCollector()) {
            NDList results = operation.apply(arrays, mode);
            NDArray sum = null;
            for (NDArray result : results) {
                NDArray y = type == DataType.FLOAT64 ? result : Operators.float32(result, mode);
                NDArray drawn = cpu.randomUniform(-1, 1, y.getShape());
                NDArray part = y.mul(moved(drawn, device, type)).sum();
                sum = sum == null ? part : sum.add(part);
            }
            collector.backward(sum);
            List<NDArray> all = new ArrayList<>(copies(results));
            for (NDArray array : arrays) {
                all.add(copy(array.getGradient()));
            }
            return all;
        }
    }

    /** A copy, because what an operator of inference gives cannot take gradients. */
    private static NDArray rounded(NDArray array, NumberFormat format) {
        return Operators.float32(Operators.cast(array, format)).duplicate();
    }

    private static NDArray moved(NDArray array, Device device, DataType type) {
        return array.toType(type, true).toDevice(device, true);
    }

    private static List<NDArray> copies(NDList results) {
        return results.stream().map(OperatorCase::copy).toList();
    }

    /** In float64, on the CPU; bfloat16 has no name in DJL. */
    private static NDArray copy(NDArray array) {
        NDArray known = array.getDataType() == DataType.FLOAT64 ? array : Operators.float32(array);
        return known.stopGradient().toDevice(Device.cpu(), true).toType(DataType.FLOAT64, true);
    }

    /** The greatest difference of any result, relative to the greatest expected value of it. */
    static double error(List<NDArray> found, List<NDArray> expected) {
        double error = 0;
        for (int i = 0; i < expected.size(); i++) {
            NDArray wanted = expected.get(i);
            if (!found.get(i).getShape().equals(wanted.getShape())) {
                return Double.NaN;
            }
            double greatest = wanted.abs().max().getDouble();
            double difference = found.get(i).sub(wanted).abs().max().getDouble();
            error = Math.max(error, difference / Math.max(greatest, 1e-6));
        }
        return error;
    }
}
