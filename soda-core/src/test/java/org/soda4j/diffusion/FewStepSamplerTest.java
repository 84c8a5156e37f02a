package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract for the solvers of few steps, against the papers' formulas in double. */
class FewStepSamplerTest {

    private static final String CLIP = "\"thresholding\":\"CLIP\"";

    private static Thresholding thresholding(boolean clip) {
        return clip ? Thresholding.CLIP : Thresholding.NONE;
    }

    /** The papers' alpha, sigma and lambda, and the best x0 for Gaussian data. */
    private record Pixel(NoiseSchedule schedule, double mean, double deviation) {

        double alpha(long t) {
            return Math.sqrt(schedule.alphaBar(t));
        }

        double sigma(long t) {
            return Math.sqrt(1 - schedule.alphaBar(t));
        }

        double lambda(long t) {
            return Math.log(alpha(t) / sigma(t));
        }

        double x0(double x, long t) {
            double v = deviation * deviation;
            double a = alpha(t);
            double total = a * a * v + sigma(t) * sigma(t);
            return (a * v * x + mean * sigma(t) * sigma(t)) / total;
        }
    }

    /**
     * DPM-Solver++ in the form of the derivation: the exact integral of e^lambda over the
     * polynomial through the estimates (Lu et al. 2022, eq. 8), by Simpson's rule of many
     * intervals. The polynomial of order 2 has the published coefficient 1 / (2 r) instead of the
     * exact one.
     */
    private abstract static class DpmContract extends SamplerContract {

        abstract int order();

        abstract boolean stochastic();

        @Override
        Sampler sampler(boolean clip) {
            return solver(25, clip);
        }

        @Override
        Sampler few(int steps) {
            return solver(steps, true);
        }

        private Sampler solver(int steps, boolean clip) {
            return DpmSolver.builder()
                    .order(order())
                    .steps(steps)
                    .stochastic(stochastic())
                    .thresholding(thresholding(clip))
                    .build();
        }

        @Override
        String json() {
            return "{\"kind\":\"dpm-solver\",\"order\":%d,\"steps\":25,\"spacing\":\"LOG_SNR\",%s,\"stochastic\":%s}"
                    .formatted(order(), CLIP, stochastic());
        }

        @Override
        PixelPath path(NoiseSchedule schedule, double mean, double deviation) {
            Pixel pixel = new Pixel(schedule, mean, deviation);
            List<double[]> known = new ArrayList<>();
            return (x, from, to, noise) -> {
                known.add(0, new double[] {pixel.lambda(from), pixel.x0(x, from)});
                double d0 = known.get(0)[1];
                if (to == 0) {
                    return d0;
                }
                double ratio = pixel.sigma(to) / pixel.sigma(from);
                double h = pixel.lambda(to) - pixel.lambda(from);
                if (known.size() == 1 || order() == 2) {
                    double half = 0;
                    if (known.size() > 1) {
                        double r = (known.get(0)[0] - known.get(1)[0]) / h;
                        half = (d0 - known.get(1)[1]) / (2 * r);
                    }
                    if (stochastic()) {
                        double share = 1 - Math.exp(-2 * h);
                        return ratio * Math.exp(-h) * x
                                + pixel.alpha(to) * share * (d0 + half)
                                + pixel.sigma(to) * Math.sqrt(share) * noise;
                    }
                    return ratio * x + pixel.alpha(to) * (1 - Math.exp(-h)) * (d0 + half);
                }
                if (known.size() == 2) {
                    double r = (known.get(0)[0] - known.get(1)[0]) / h;
                    double d = d0 + (d0 - known.get(1)[1]) / (2 * r);
                    return ratio * x + pixel.alpha(to) * (1 - Math.exp(-h)) * d;
                }
                return ratio * x + pixel.sigma(to) * integral(known, pixel.lambda(to));
            };
        }

        /** Of e^lambda times the parabola through the last three estimates. */
        private static double integral(List<double[]> known, double end) {
            double begin = known.get(0)[0];
            int intervals = 2000;
            double width = (end - begin) / intervals;
            double sum = 0;
            for (int i = 0; i <= intervals; i++) {
                double lambda = begin + i * width;
                double weight = i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2;
                sum += weight * Math.exp(lambda) * parabola(known, lambda);
            }
            return sum * width / 3;
        }

        /** Lagrange's. */
        private static double parabola(List<double[]> known, double lambda) {
            double value = 0;
            for (int i = 0; i < 3; i++) {
                double term = known.get(i)[1];
                for (int j = 0; j < 3; j++) {
                    if (j != i) {
                        term *= (lambda - known.get(j)[0]) / (known.get(i)[0] - known.get(j)[0]);
                    }
                }
                value += term;
            }
            return value;
        }
    }

    @Nested
    class Dpm2M extends DpmContract {
        @Override
        int order() {
            return 2;
        }

        @Override
        boolean stochastic() {
            return false;
        }
    }

    @Nested
    class Dpm3M extends DpmContract {
        @Override
        int order() {
            return 3;
        }

        @Override
        boolean stochastic() {
            return false;
        }
    }

    @Nested
    class SdeDpm2M extends DpmContract {
        @Override
        int order() {
            return 2;
        }

        @Override
        boolean stochastic() {
            return true;
        }
    }

    /** EDM's algorithm 1 with its own scaling: x / alpha as a function of sigma / alpha. */
    @Nested
    class Heun extends SamplerContract {

        @Override
        Sampler sampler(boolean clip) {
            return HeunSampler.builder().steps(25).thresholding(thresholding(clip)).build();
        }

        @Override
        Sampler few(int steps) {
            return HeunSampler.builder().steps(steps).build();
        }

        @Override
        String json() {
            return "{\"kind\":\"heun\",\"steps\":25,\"spacing\":\"LOG_SNR\",%s}".formatted(CLIP);
        }

        @Override
        List<Long> evaluated(long... times) {
            List<Long> evaluated = new ArrayList<>();
            for (int i = 0; i + 1 < times.length; i++) {
                evaluated.add(times[i]);
                if (times[i + 1] > 0) {
                    evaluated.add(times[i + 1]);
                }
            }
            return evaluated;
        }

        @Override
        PixelPath path(NoiseSchedule schedule, double mean, double deviation) {
            Pixel pixel = new Pixel(schedule, mean, deviation);
            return (x, from, to, noise) -> {
                double t = pixel.sigma(from) / pixel.alpha(from);
                double next = pixel.sigma(to) / pixel.alpha(to);
                double y = x / pixel.alpha(from);
                double d = (y - pixel.x0(x, from)) / t;
                double end = y + (next - t) * d;
                if (next != 0) {
                    double second = (end - pixel.x0(end * pixel.alpha(to), to)) / next;
                    end = y + (next - t) * (d / 2 + second / 2);
                }
                return end * pixel.alpha(to);
            };
        }
    }

    /** UniPC's corrector: the polynomial in hh = -h, with R and b as the paper writes them. */
    @Nested
    class UniPc2 extends SamplerContract {

        @Override
        Sampler sampler(boolean clip) {
            return UniPc.builder().steps(25).thresholding(thresholding(clip)).build();
        }

        @Override
        Sampler few(int steps) {
            return UniPc.builder().steps(steps).build();
        }

        @Override
        String json() {
            return "{\"kind\":\"unipc\",\"steps\":25,\"spacing\":\"LOG_SNR\",%s}".formatted(CLIP);
        }

        @Override
        PixelPath path(NoiseSchedule schedule, double mean, double deviation) {
            Pixel pixel = new Pixel(schedule, mean, deviation);
            // lambda, x0 as evaluated, corrected x, time.
            List<double[]> known = new ArrayList<>();
            return (predicted, from, to, noise) -> {
                double x0 = pixel.x0(predicted, from);
                double x = predicted;
                if (!known.isEmpty()) {
                    double[] last = known.get(0);
                    double h = pixel.lambda(from) - last[0];
                    double b = Math.exp(-h) - 1;
                    double terms;
                    if (known.size() == 1) {
                        terms = (x0 - last[1]) / 2;
                    } else {
                        double r = (known.get(1)[0] - last[0]) / h;
                        // 1! (e^u - 1 - u) / u and 2! (e^u - 1 - u - u^2/2) / u^2 at u = -h.
                        double b1 = (Math.exp(-h) - 1 + h) / -h / b;
                        double b2 = 2 * (Math.exp(-h) - 1 + h - h * h / 2) / (h * h) / b;
                        // rho1 + rho2 = b1, r rho1 + rho2 = b2, by Cramer's rule.
                        double rho1 = (b1 - b2) / (1 - r);
                        double rho2 = (b2 - r * b1) / (1 - r);
                        terms = rho1 * (known.get(1)[1] - last[1]) / r + rho2 * (x0 - last[1]);
                    }
                    long before = (long) last[3];
                    x =
                            pixel.sigma(from) / pixel.sigma(before) * last[2]
                                    - pixel.alpha(from) * b * (last[1] + terms);
                }
                known.add(0, new double[] {pixel.lambda(from), x0, x, from});
                if (to == 0) {
                    return x0;
                }
                double h = pixel.lambda(to) - pixel.lambda(from);
                double d = x0;
                if (known.size() > 1) {
                    double r = (known.get(0)[0] - known.get(1)[0]) / h;
                    d += (x0 - known.get(1)[1]) / (2 * r);
                }
                return pixel.sigma(to) / pixel.sigma(from) * x
                        + pixel.alpha(to) * (1 - Math.exp(-h)) * d;
            };
        }
    }

    @Test
    void refusesBadSettings() {
        for (int order : new int[] {1, 4}) {
            assertThatThrownBy(() -> DpmSolver.builder().order(order))
                    .hasMessageStartingWith("order: expected 2 or 3, found " + order);
        }
        assertThatThrownBy(() -> DpmSolver.builder().order(3).stochastic(true).build())
                .hasMessage("stochastic: expected with order 2 alone, found order 3");
        assertThatThrownBy(() -> DpmSolver.builder().steps(0))
                .hasMessage("steps: expected at least 1, found 0");
        assertThatThrownBy(() -> HeunSampler.builder().steps(0))
                .hasMessage("steps: expected at least 1, found 0");
        assertThatThrownBy(() -> UniPc.builder().steps(0))
                .hasMessage("steps: expected at least 1, found 0");
        assertThatThrownBy(
                        () -> DpmSolver.builder().steps(11).build().times(NoiseSchedule.linear(10)))
                .hasMessage("expected at most the schedule's 10 steps, found 11");
    }

    /** Neighbours of one noise level have no slope between them. */
    @Test
    void schedulesMayStandStill() {
        NoiseSchedule schedule = NoiseSchedule.of(1, 0.9, 0.5, 0.5, 0.5, 0.2, 0.2, 0.01);
        DiffusionProcess process = new DiffusionProcess(schedule);
        try (NDManager manager = NDManager.newBaseManager()) {
            for (Sampler sampler :
                    List.of(
                            DpmSolver.builder().steps(7).build(),
                            DpmSolver.builder().steps(7).order(3).build(),
                            DpmSolver.builder().steps(7).stochastic(true).build(),
                            HeunSampler.builder().steps(7).build(),
                            UniPc.builder().steps(7).build())) {
                assertThat(sampler.times(schedule)).containsExactly(7, 6, 5, 4, 3, 2, 1, 0);
                float[] image =
                        sampler.sample(
                                        process,
                                        new GaussianData(process, 0.3, 0),
                                        NoiseSource.seeded(1)
                                                .draw(0, manager.create(new Shape(1, 1, 4, 4))),
                                        Guidance.none())
                                .toFloatArray();
                for (float value : image) {
                    assertThat(value).isBetween(0.2999f, 0.3001f);
                }
            }
        }
    }
}
