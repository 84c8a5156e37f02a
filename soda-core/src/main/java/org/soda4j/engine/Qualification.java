package org.soda4j.engine;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process knows of its fast kernels: each family is compared with its plain operators the
 * first time that a class of shapes comes up, and left out from the first failure on.
 */
final class Qualification {

    private static final Logger LOGGER = LoggerFactory.getLogger(Qualification.class);

    private static final Map<Case, Boolean> VERDICTS = new ConcurrentHashMap<>();
    private static final Set<FastKernel> FAILED = ConcurrentHashMap.newKeySet();
    private static final AtomicLong NANOS = new AtomicLong();

    private Qualification() {}

    private record Case(
            FastKernel family, KernelShape shape, NumberFormat format, boolean gpu, int threads) {}

    /**
     * Returns whether a family may be used, and tries it where that is not known yet.
     *
     * @param family which is on
     * @param shape that is about to be computed
     * @param format of feature maps
     * @param device where
     * @return false if the property or a failure leaves it out
     */
    static boolean allows(
            FastKernel family, KernelShape shape, NumberFormat format, Device device) {
        if (!family.isOn()) {
            return false;
        }
        int threads = PyTorchEngine.threads();
        Case asked = new Case(family, family.trialShape(shape), format, device.isGpu(), threads);
        Boolean known = VERDICTS.get(asked);
        return known != null ? known : VERDICTS.computeIfAbsent(asked, c -> passes(c, device));
    }

    private static boolean passes(Case asked, Device device) {
        long start = System.nanoTime();
        double error;
        try (NDManager manager = PyTorchEngine.require().newBaseManager(device)) {
            error =
                    KernelTrial.of(asked.family, manager, asked.shape, asked.format, Extent.SMALL)
                            .error();
        } catch (EngineException e) {
            LOGGER.debug("the trial of {} ended", asked, e);
            error = Double.NaN; // What the library refuses to compute is no result either.
        }
        NANOS.addAndGet(System.nanoTime() - start);
        return passes(asked.family, asked.shape, asked.format, error);
    }

    /** Judges a trial; a failure is told once for each family. */
    static boolean passes(FastKernel family, KernelShape shape, NumberFormat format, double error) {
        double bound = family.bound(format);
        if (error <= bound) { // Not so for NaN.
            return true;
        }
        if (FAILED.add(family)) {
            LOGGER.warn(
                    "{} kernels are left out in this process: {} in {} differs from the plain"
                            + " operators by {} of the greatest value, allowed {} (processor {},"
                            + " libtorch {}). The plain operators compute instead; results are right."
                            + " -Dorg.soda4j.kernels=-{} leaves them out without a trial, and the"
                            + " program doctor tries all of them",
                    family.id(),
                    shape,
                    format,
                    String.format(Locale.ROOT, "%.2g", error),
                    String.format(Locale.ROOT, "%.2g", bound),
                    Processor.name(),
                    PyTorchEngine.require().getVersion(),
                    family.id());
        }
        return false;
    }

    static boolean hasFailed(FastKernel family) {
        return FAILED.contains(family);
    }

    /** How many families have failed: what was made before may have to be made anew. */
    static int failures() {
        return FAILED.size();
    }

    /** What all trials of this process have taken. */
    static double seconds() {
        return NANOS.get() * 1e-9;
    }

    /** Forgets everything, for tests. */
    static void forget() {
        VERDICTS.clear();
        FAILED.clear();
        NANOS.set(0);
    }
}
