package org.soda4j.examples.doctor;

import ai.djl.Device;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.Precision;
import org.soda4j.engine.FastKernel;
import org.soda4j.engine.KernelShape;

/**
 * A device against the CPU: every operator with its gradients, the fast kernels that are not for
 * CPUs only, and three training steps, in each precision.
 */
public final class DeviceCases implements CaseList {

    private static final KernelShape SHAPE = new KernelShape(64, 32, 3, 1);
    private static final KernelShape ANY = new KernelShape(1, 1, 1, 1);

    private final Device device;

    /**
     * Makes the list.
     *
     * @param arguments the device's name
     */
    public DeviceCases(List<String> arguments) {
        device = Device.fromName(arguments.get(0));
    }

    @Override
    public String engine() {
        return DeviceFacts.of(device);
    }

    @Override
    public List<CheckCase> cases() {
        List<CheckCase> cases = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            OperatorCatalog.everyOperator().stream()
                    .map(o -> new ExactCase(o, precision, device, bound(precision)))
                    .forEach(cases::add);
            for (FastKernel family :
                    List.of(FastKernel.DOUBLING, FastKernel.DROPOUT, FastKernel.ADAMW)) {
                KernelShape shape = family == FastKernel.DOUBLING ? SHAPE : ANY;
                if (family.isOn() && (family != FastKernel.ADAMW || precision == Precision.FP32)) {
                    cases.add(
                            new FastKernelCase(
                                    family, shape, precision, FastKernelCase.SMALL, device));
                }
            }
            cases.add(new TrainingSteps(device, precision));
        }
        return cases;
    }

    /**
     * Of an operator. In float32 a GPU may sum by other algorithms, whose errors are a few times
     * 1e-6 (TF32 is switched off for this, which has 11 bits only). Up to seven roundings to 8 bits
     * in bfloat16 or 11 bits in float16.
     */
    static double bound(Precision precision) {
        return switch (precision) {
            case FP32 -> 1e-4;
            case BF16 -> 4e-2;
            case FP16 -> 5e-3;
        };
    }
}
