package org.soda4j.examples.doctor;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
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
 * @param extent of the maps
 * @param where the device
 */
record FastKernelCase(
        FastKernel kernel, KernelShape size, Precision number, Extent extent, Device where)
        implements CheckCase {

    /** Every tap of a 7 x 7 kernel and all four borders, odd and even, more than one image. */
    static final Extent SMALL = new Extent(2, 7, 6);

    /**
     * For 1 x 1 kernels, which a library may compute as one product of matrices: 256 rows. Faults
     * have been met that are at this size and not at the other.
     */
    static final Extent MANY = new Extent(16, 4, 4);

    /** A kernel, and the maps unless they are the small ones. */
    static String text(KernelShape shape, Extent extent) {
        return extent.equals(SMALL)
                ? shape.toString()
                : "%s, %d maps of %d x %d"
                        .formatted(shape, extent.batch(), extent.height(), extent.width());
    }

    @Override
    public String family() {
        return kernel.id();
    }

    @Override
    public String shape() {
        return text(size, extent);
    }

    @Override
    public Outcome run() {
        try (NDManager scope = PyTorchEngine.require().newBaseManager(where)) {
            double error = KernelTrial.of(kernel, scope, size, number.format(), extent).error();
            return Outcome.compared(error, kernel.bound(number.format()));
        }
    }
}
