package org.soda4j.examples.doctor;

import ai.djl.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.soda4j.Precision;
import org.soda4j.engine.Extent;
import org.soda4j.engine.FastKernel;
import org.soda4j.engine.KernelShape;

/**
 * What the models need on a CPU: plain operators against float64, fast kernels against plain
 * operators, and how fast the fast ones are.
 */
public final class CpuCases implements CaseList {

    /** The argument for few shapes and no speed. */
    public static final String QUICK = "quick";

    /**
     * Sums of up to 9,216 products, and gradients over 84 pixels, in another order than in float64:
     * 1e-6 was found; a wrong sum is off by 0.05 and more.
     */
    private static final double FLOAT32_BOUND = 1e-5;

    /** Inputs and results of one sum rounded to 8 bits, 2^-9 each, some of which cancel. */
    private static final double BFLOAT16_BOUND = 2e-2;

    /** Up to seven roundings one after another. */
    private static final double BFLOAT16_COMPOSITE_BOUND = 4e-2;

    private static final Device CPU = Device.cpu();
    private static final KernelShape ANY = new KernelShape(1, 1, 1, 1);

    private final boolean quick;

    /**
     * Makes the list.
     *
     * @param arguments nothing, or {@link #QUICK}
     */
    public CpuCases(List<String> arguments) {
        quick = arguments.contains(QUICK);
    }

    @Override
    public String engine() {
        return DeviceFacts.of(CPU);
    }

    @Override
    public List<CheckCase> cases() {
        ModelShapes shapes = quick ? ModelShapes.ofFew() : ModelShapes.ofAll();
        List<CheckCase> cases = new ArrayList<>();
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            addPlain(cases, shapes, precision);
            addFast(cases, shapes, precision);
        }
        return cases;
    }

    private void addPlain(List<CheckCase> cases, ModelShapes shapes, Precision precision) {
        boolean low = precision != Precision.FP32;
        double bound = low ? BFLOAT16_BOUND : FLOAT32_BOUND;
        double composite = low ? BFLOAT16_COMPOSITE_BOUND : FLOAT32_BOUND;
        for (KernelShape shape : shapes.convolutions()) {
            for (Extent extent : extents(shape)) {
                OperatorCase one = OperatorCatalog.convolution(shape, extent);
                cases.add(new ExactCase(one, precision, CPU, bound));
                if (shape.size() == 1) { // The library has kernels of its own for such maps.
                    OperatorCase other = OperatorCatalog.channelsLast(shape, extent);
                    cases.add(new ExactCase(other, precision, CPU, bound));
                }
            }
        }
        if (!low) { // Linear layers compute in float32 in every precision.
            shapes.matrices().stream()
                    .map(OperatorCatalog::linear)
                    .map(operator -> new ExactCase(operator, precision, CPU, bound))
                    .forEach(cases::add);
        }
        Stream.of(
                        shapes.norms().stream().map(OperatorCatalog::groupNorm),
                        normalised(shapes).mapToObj(OperatorCatalog::batchNorm),
                        shapes.attentions().stream().map(OperatorCatalog::attention),
                        shapes.residuals().stream().map(OperatorCatalog::residual))
                .flatMap(operators -> operators)
                .map(operator -> new ExactCase(operator, precision, CPU, composite))
                .forEach(cases::add);
    }

    private static List<Extent> extents(KernelShape shape) {
        return shape.size() == 1 && !shape.equals(ANY)
                ? List.of(FastKernelCase.SMALL, FastKernelCase.MANY)
                : List.of(FastKernelCase.SMALL);
    }

    private static LongStream normalised(ModelShapes shapes) {
        return shapes.folded().stream().mapToLong(KernelShape::outputs).distinct();
    }

    private void addFast(List<CheckCase> cases, ModelShapes shapes, Precision precision) {
        for (FastKernel family : FastKernel.values()) {
            if (!family.isOn()) {
                continue;
            }
            Stream<KernelShape> all =
                    switch (family) {
                        case FOLDED, WINOGRAD -> shapes.folded().stream();
                        case PACKED -> shapes.convolutions().stream();
                        case DOUBLING -> shapes.doubled().stream();
                        case DROPOUT, ADAMW -> Stream.of(ANY);
                    };
            List<KernelShape> taken =
                    all.filter(shape -> family.takes(shape, precision.format())).toList();
            for (KernelShape shape : taken) {
                for (Extent extent : extents(shape)) {
                    cases.add(new FastKernelCase(family, shape, precision, extent, CPU));
                }
            }
            if (!quick && !taken.isEmpty()) {
                cases.add(new FastKernelSpeedCase(family, precision));
            }
        }
    }
}
