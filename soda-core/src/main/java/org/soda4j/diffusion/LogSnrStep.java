package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;

/**
 * The numbers of one step of an exponential integrator with data prediction (DPM-Solver++, Lu et
 * al. 2022, section 4): x' = ofX x - signal expm1(-h) x0 + terms of higher order.
 *
 * @param h by how much lambda, half the log-SNR, grows; infinite in a step to time 0
 * @param signal sqrt(alphaBar) at the end
 * @param sigma sqrt(1 - alphaBar) at the end
 * @param ofX sigma at the end over sigma at the beginning
 */
record LogSnrStep(double h, double signal, double sigma, double ofX) {

    static LogSnrStep of(NoiseSchedule schedule, long from, long to) {
        double next = schedule.alphaBar(to);
        double sigma = Math.sqrt(1 - next);
        return new LogSnrStep(
                (schedule.logSnr(to) - schedule.logSnr(from)) / 2,
                Math.sqrt(next),
                sigma,
                sigma / Math.sqrt(1 - schedule.alphaBar(from)));
    }

    /** Whether this step goes to time 0, or nowhere: only the first order is left then. */
    boolean isFirstOrderOnly() {
        return Double.isInfinite(h) || h == 0;
    }

    /** The step of the first order, which is DDIM's. */
    NDArray firstOrder(NDArray x, NDArray x0) {
        return x.mul(ofX).sub(x0.mul(signal * Math.expm1(-h)));
    }
}
