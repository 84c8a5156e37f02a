package org.soda4j.engine;

import ai.djl.nn.Parameter;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;

/** Refuses parameters that the machine's memory cannot hold, before any is allocated. */
@Internal
public final class ParameterMemory {

    private static final double GIB = 1 << 30;

    private static final long OF_MACHINE =
            ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                    ? system.getTotalMemorySize()
                    : Long.MAX_VALUE;

    private ParameterMemory() {}

    /**
     * The memory of the machine, or of the container that this process is in.
     *
     * @return bytes; {@link Long#MAX_VALUE} where this JVM does not tell
     */
    public static long ofMachine() {
        return OF_MACHINE;
    }

    /**
     * Adds up numbers of parameters.
     *
     * @param parameters whose shapes are known; others count nothing
     * @return the sum; {@link Long#MAX_VALUE} where it is larger
     */
    public static long count(Map<String, Parameter> parameters) {
        long sum = 0;
        try {
            for (Parameter parameter : parameters.values()) {
                sum = Math.addExact(sum, count(parameter));
            }
            return sum;
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    private static long count(Parameter parameter) {
        if (parameter.getShape() == null) {
            return 0;
        }
        long product = 1;
        for (long size : parameter.getShape().getShape()) {
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    /**
     * Refuses what does not fit.
     *
     * @param what is named first
     * @param numbers of the parameters, float32 each
     * @param memory bytes of the machine
     * @param driver why they are so many, and what to lower
     * @throws IllegalArgumentException if they take more than the memory
     */
    public static void require(String what, long numbers, long memory, String driver) {
        if (numbers > memory / Float.BYTES) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected parameters that fit into the %.1f GiB of this machine's memory, found %s numbers, %.1f GiB as float32; %s",
                            what,
                            memory / GIB,
                            numbers == Long.MAX_VALUE ? "more than 9e18" : numbers,
                            numbers * (double) Float.BYTES / GIB,
                            driver));
        }
    }
}
