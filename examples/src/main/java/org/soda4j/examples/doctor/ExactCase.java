package org.soda4j.examples.doctor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.soda4j.Precision;
import org.soda4j.engine.PyTorchEngine;

/**
 * An operator on a device against itself in float64 on the CPU, which the CPU's library for
 * convolutions, whose errors this is to find too, does not compute.
 *
 * @param operator what is tried
 * @param number its number format
 * @param where the device
 * @param bound of the error
 */
record ExactCase(OperatorCase operator, Precision number, Device where, double bound)
        implements CheckCase {

    @Override
    public String family() {
        return operator.family();
    }

    @Override
    public String shape() {
        return operator.shape();
    }

    @Override
    public Outcome run() {
        Device cpu = Device.cpu();
        try (NDManager scope = PyTorchEngine.require().newBaseManager(cpu)) {
            List<NDArray> expected = operator.run(scope, cpu, number.format(), true);
            List<NDArray> found = operator.run(scope, where, number.format(), false);
            return Outcome.compared(OperatorCase.error(found, expected), bound);
        }
    }
}
