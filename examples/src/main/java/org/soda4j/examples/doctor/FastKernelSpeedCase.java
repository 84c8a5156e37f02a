package org.soda4j.examples.doctor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Locale;
import org.soda4j.Precision;
import org.soda4j.engine.Affine;
import org.soda4j.engine.Extent;
import org.soda4j.engine.FastKernel;
import org.soda4j.engine.KernelShape;
import org.soda4j.engine.KernelTrial;
import org.soda4j.engine.Modulation;
import org.soda4j.engine.Norm;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.engine.ParameterOperators;
import org.soda4j.engine.ParameterOperators.AdamWRates;
import org.soda4j.engine.PyTorchEngine;

/**
 * How much faster a family is than the plain operators at one size of the published model, in
 * turns, on the CPU of this process.
 *
 * @param kernel the family
 * @param number its number format
 */
record FastKernelSpeedCase(FastKernel kernel, Precision number) implements CheckCase {

    private static final String PROPERTY = "org.soda4j.kernels";
    private static final KernelShape SHAPE = new KernelShape(128, 128, 3, 1);
    private static final KernelShape DOUBLED = new KernelShape(256, 256, 3, 1);
    private static final int PARAMETERS = 1 << 20;
    private static final int LEAST_ROUNDS = 5;
    private static final int MOST_ROUNDS = 200;
    private static final long LONGEST_NANOS = 2_000_000_000;

    @Override
    public String family() {
        return kernel.id();
    }

    @Override
    public String shape() {
        return "speed of " + (kernel == FastKernel.DOUBLING ? DOUBLED : SHAPE);
    }

    @Override
    public Outcome run() {
        try (NDManager scope = PyTorchEngine.require().newBaseManager(Device.cpu())) {
            double ratio =
                    switch (kernel) {
                        case DROPOUT -> dropout(scope);
                        case ADAMW -> adamW(scope);
                        case DOUBLING -> trial(scope, DOUBLED, new Extent(8, 8, 8));
                        default -> trial(scope, SHAPE, new Extent(8, 16, 16));
                    };
            return Outcome.measured(String.format(Locale.ROOT, "%.2f x", ratio), "");
        }
    }

    private double trial(NDManager scope, KernelShape shape, Extent extent) {
        KernelTrial trial = KernelTrial.of(kernel, scope, shape, number.format(), extent);
        return ratio(trial::runFast, trial::runPlain);
    }

    private double dropout(NDManager scope) {
        int c = Math.toIntExact(SHAPE.inputs());
        NDArray map =
                Operators.cast(
                        scope.randomUniform(-1, 1, new Shape(8, c, 16, 16)), number.format());
        Modulation time = modulation(scope, 4 * c, 2 * c);
        Modulation latent = modulation(scope, c, 2 * c);
        NDArray zeros = scope.zeros(new Shape(c));
        Norm.Group norm = new Norm.Group(scope.ones(new Shape(c)), zeros, 32);
        Affine layer = new Affine(scope.randomUniform(-1, 1, new Shape(c, c, 3, 3)), zeros);
        OperatorMode mode = new OperatorMode(true, number.format());
        return byProperty(
                () ->
                        Operators.modulatedConv(map, map, time, latent, norm, layer, 0.1, mode)
                                .close());
    }

    private static Modulation modulation(NDManager scope, int inputs, int outputs) {
        return new Modulation(
                scope.ones(new Shape(8, inputs)),
                new Affine(scope.ones(new Shape(outputs, inputs)), scope.ones(new Shape(outputs))));
    }

    private double adamW(NDManager scope) {
        NDList parameters = new NDList(scope.randomUniform(-1, 1, new Shape(PARAMETERS)));
        parameters.get(0).setRequiresGradient(true);
        NDList average = new NDList(scope.zeros(new Shape(PARAMETERS)));
        NDList square = new NDList(scope.ones(new Shape(PARAMETERS)));
        AdamWRates rates = new AdamWRates(10, 1e-4, 0.9, 0.95, 0.05, 1e-8);
        return byProperty(() -> ParameterOperators.adamW(parameters, average, square, rates, 1));
    }

    /** Plain is what the property makes of it; this process was started for such cases alone. */
    private double byProperty(Runnable work) {
        String given = System.getProperty(PROPERTY, "");
        String plain = (given.isBlank() ? "" : given + ",") + "-" + kernel.id();
        try {
            return ratio(
                    () -> {
                        System.setProperty(PROPERTY, given);
                        work.run();
                    },
                    () -> {
                        System.setProperty(PROPERTY, plain);
                        work.run();
                    });
        } finally {
            System.setProperty(PROPERTY, given);
        }
    }

    /** The best time of plain over the best of fast. */
    private static double ratio(Runnable fast, Runnable plain) {
        fast.run();
        plain.run();
        double bestFast = Double.POSITIVE_INFINITY;
        double bestPlain = Double.POSITIVE_INFINITY;
        long begun = System.nanoTime();
        for (int i = 0; i < MOST_ROUNDS; i++) {
            if (i >= LEAST_ROUNDS && System.nanoTime() - begun > LONGEST_NANOS) {
                break;
            }
            bestFast = Math.min(bestFast, seconds(fast));
            bestPlain = Math.min(bestPlain, seconds(plain));
        }
        return bestPlain / bestFast;
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) * 1e-9;
    }
}
