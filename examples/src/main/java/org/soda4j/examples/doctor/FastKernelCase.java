package org.soda4j.examples.doctor;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.Locale;
import org.soda4j.Precision;
import org.soda4j.engine.Extent;
import org.soda4j.engine.FastKernel;
import org.soda4j.engine.KernelShape;
import org.soda4j.engine.KernelTrial;
import org.soda4j.engine.PyTorchEngine;

/**
 * A fast kernel against the plain operators that it stands for.
 *
 * @param kernel its family
 * @param size of the convolution
 * @param number its number format
 * @param where the device
 */
record FastKernelCase(FastKernel kernel, KernelShape size, Precision number, Device where)
        implements CheckCase {

    /** Every tap of a 7 x 7 kernel and all four borders, odd and even, more than one image. */
    static final Extent EXTENT = new Extent(2, 7, 6);

    @Override
    public String family() {
        return kernel.id();
    }

    @Override
    public String precision() {
        return number.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String shape() {
        return size.toString();
    }

    @Override
    public Outcome run() {
        try (NDManager scope = PyTorchEngine.require().newBaseManager(where)) {
            double error = KernelTrial.of(kernel, scope, size, number.format(), EXTENT).error();
            return Outcome.compared(error, kernel.bound(number.format()));
        }
    }
}
