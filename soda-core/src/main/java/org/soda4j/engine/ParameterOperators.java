package org.soda4j.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * What an optimiser does to all parameters at once, each in one call of the engine and in place.
 * Not for several threads on the same arrays: the arrays' DJL names are used while a call runs.
 */
@Internal
public final class ParameterOperators {

    private ParameterOperators() {}

    /**
     * Returns the L2 norm of every parameter's gradient; without a gradient, 0.
     *
     * @param parameters on one device
     * @return one number per parameter
     */
    public static float[] gradientNorms(NDList parameters) {
        try (NDList norms = call("gradient_norms", new NDList(), parameters)) {
            return norms.get(0).toFloatArray();
        }
    }

    /**
     * Makes one AdamW step as PyTorch defines it (decoupled weight decay) and drops the gradients.
     *
     * @param parameters with gradients
     * @param average first moments, like the parameters
     * @param square second moments, like the parameters
     * @param rates of this step
     * @param gradientScale factor on the gradients, less than 1 where they are clipped
     */
    public static void adamW(
            NDList parameters,
            NDList average,
            NDList square,
            AdamWRates rates,
            double gradientScale) {
        NDManager manager = parameters.get(0).getManager();
        try (NDManager scope = manager.newSubManager()) {
            NDList scalars = new NDList(scope.create((float) rates.step()));
            for (double value :
                    new double[] {
                        rates.learningRate(),
                        rates.beta1(),
                        rates.beta2(),
                        rates.weightDecay(),
                        rates.epsilon(),
                        gradientScale
                    }) {
                scalars.add(scope.create(value).toDevice(Device.cpu(), false));
            }
            boolean fused =
                    Qualification.allows(
                            FastKernel.ADAMW,
                            KernelShape.ANY,
                            NumberFormat.FLOAT32,
                            parameters.get(0).getDevice());
            call(fused ? "fused_adamw" : "adamw", scalars, parameters, average, square).close();
        }
        dropGradients(parameters);
    }

    /**
     * The numbers of one AdamW step.
     *
     * @param step counted from 1, for the bias correction
     * @param learningRate of this step
     * @param beta1 decay of the first moments
     * @param beta2 decay of the second moments
     * @param weightDecay decoupled, times the learning rate
     * @param epsilon added to the root of the second moment
     */
    public record AdamWRates(
            long step,
            double learningRate,
            double beta1,
            double beta2,
            double weightDecay,
            double epsilon) {}

    /**
     * Leaves parameters without gradients, so that the next backward makes them anew: zeros would
     * stay in memory while it is needed for maps, and would have to be added to.
     *
     * @param parameters leaves that require gradients; arrays stay the same objects over the same
     *     memory
     */
    public static void dropGradients(NDList parameters) {
        for (NDArray parameter : parameters) {
            NDArray leaf = parameter.stopGradient();
            leaf.setRequiresGradient(true);
            parameter.intern(leaf);
        }
    }

    /**
     * Moves an exponential moving average: {@code shadow += (1 - decay) (value - shadow)}.
     *
     * @param shadow the averages, written in place
     * @param values what is averaged
     * @param decay 0 .. 1
     */
    public static void movingAverage(NDList shadow, NDList values, double decay) {
        try (NDManager scope = shadow.get(0).getManager().newSubManager(Device.cpu())) {
            call("moving_average", new NDList(scope.create(decay)), shadow, values).close();
        }
    }

    /**
     * Exchanges the values of two lists, bit for bit.
     *
     * @param left arrays
     * @param right arrays of the same shapes
     */
    public static void exchange(NDList left, NDList right) {
        call("exchange", new NDList(Operators.constant(0)), left, right).close();
    }

    /**
     * Writes arrays one after another into a flat bucket.
     *
     * @param values what is written
     * @param bucket {@code [n]}, as many elements as the values have together
     */
    public static void gather(NDList values, NDArray bucket) {
        call("gather", new NDList(bucket), values).close();
    }

    /**
     * Writes a bucket, times a factor, back to the arrays; the bucket is multiplied as well.
     *
     * @param values what is overwritten
     * @param bucket as {@link #gather} filled it
     * @param scale the factor
     */
    public static void scatter(NDList values, NDArray bucket, double scale) {
        scatter("scatter", values, bucket, scale);
    }

    /**
     * Writes the gradients of parameters one after another into a flat bucket.
     *
     * @param parameters whose gradients; zeros for one that backward has not reached
     * @param bucket {@code [n]}, as many elements as the parameters have together
     */
    public static void gatherGradients(NDList parameters, NDArray bucket) {
        call("gather_gradients", new NDList(bucket), parameters).close();
    }

    /**
     * Writes a bucket, times a factor, back to the gradients; the bucket is multiplied as well.
     *
     * @param parameters whose gradients; one that has none is left without
     * @param bucket as {@link #gatherGradients} filled it
     * @param scale the factor
     */
    public static void scatterGradients(NDList parameters, NDArray bucket, double scale) {
        scatter("scatter_gradients", parameters, bucket, scale);
    }

    private static void scatter(String method, NDList arrays, NDArray bucket, double scale) {
        try (NDManager scope = bucket.getManager().newSubManager(Device.cpu())) {
            call(method, new NDList(bucket, scope.create(scale)), arrays).close();
        }
    }

    /**
     * Returns how often each array has been written to in place, by whatever means.
     *
     * @param values any arrays
     * @return one count an array
     */
    static long[] versions(NDList values) {
        try (NDList versions = call("versions", new NDList(Operators.constant(0)), values)) {
            return versions.get(0).toLongArray();
        }
    }

    /**
     * Returns a checksum of all bits; equal arrays have equal ones.
     *
     * @param values float32 arrays
     * @return a number that any single changed bit changes
     */
    public static long checksum(NDList values) {
        try (NDList sums = call("bit_sums", new NDList(Operators.constant(0)), values)) {
            long checksum = 0;
            for (long sum : sums.get(0).toLongArray()) {
                checksum = 31 * checksum + sum;
            }
            return checksum;
        }
    }

    private static NDList call(String method, NDList scalars, NDList... lists) {
        return Operators.onLists(method, scalars, lists);
    }
}
