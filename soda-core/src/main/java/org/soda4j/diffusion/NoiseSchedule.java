package org.soda4j.diffusion;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import org.soda4j.engine.Bounds;

/**
 * How much of an image is left after t steps of noise, t = 1..T: {@code alphaBar(t)} is the share
 * of signal power (DDPM, Ho et al. 2020, section 2), {@code alphaBar(0) = 1}. Immutable, in double
 * precision.
 *
 * <p>In JSON: {@code {"kind":"linear","steps":1000,"beta1":1.0E-4,"beta2":0.02}}, or {@code cosine}
 * or {@code inverted} with {@code steps} alone, or {@code given} with every {@code alphaBars}.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonAutoDetect(
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class NoiseSchedule {

    /** The first beta of {@link #linear(int)}, the value of DDPM. */
    public static final double DEFAULT_BETA1 = 1e-4;

    /** The last beta of {@link #linear(int)}, the value of DDPM. */
    public static final double DEFAULT_BETA2 = 0.02;

    /** Keeps the cosine schedules away from zero noise at t = 0 (Nichol and Dhariwal, eq. 17). */
    private static final double OFFSET = 0.008;

    private static final double MAX_BETA = 0.999;

    private static final int MOST_STEPS = 1_000_000;

    /** Below this the samplers' division by the square root leaves the range of float32. */
    private static final double MIN_ALPHA_BAR = 1e-30;

    @JsonProperty private final String kind;
    @JsonProperty private final int steps;
    @JsonProperty private final Double beta1;
    @JsonProperty private final Double beta2;

    /** Those that were given, else null. */
    @JsonProperty("alphaBars")
    private final double[] given;

    private final double[] betas;
    private final double[] alphaBars;

    private NoiseSchedule(
            String kind, int steps, Double beta1, Double beta2, IntToDoubleFunction beta) {
        Bounds.require("steps", 1, MOST_STEPS, steps);
        this.kind = kind;
        this.steps = steps;
        this.beta1 = beta1;
        this.beta2 = beta2;
        given = null;
        betas = new double[steps + 1];
        alphaBars = new double[steps + 1];
        alphaBars[0] = 1;
        for (int t = 1; t <= steps; t++) {
            betas[t] = beta.applyAsDouble(t);
            alphaBars[t] = alphaBars[t - 1] * (1 - betas[t]);
        }
        if (alphaBars[steps] < MIN_ALPHA_BAR) {
            throw new IllegalArgumentException(
                    "expected alphaBar of at least %s after %d steps, found %s; lower beta2 or the steps"
                            .formatted(MIN_ALPHA_BAR, steps, alphaBars[steps]));
        }
    }

    private NoiseSchedule(double... given) {
        kind = "given";
        steps = given.length - 1;
        beta1 = null;
        beta2 = null;
        this.given = given.clone();
        alphaBars = this.given;
        betas = new double[steps + 1];
        for (int t = 1; t <= steps; t++) {
            betas[t] = 1 - alphaBars[t] / alphaBars[t - 1];
        }
    }

    /**
     * Any schedule, by its alphaBar.
     *
     * @param alphaBars T + 1 numbers, T at least 1: 1 first, the next below 1, none above the one
     *     before, each at least 1e-30; copied
     * @return the schedule
     * @throws IllegalArgumentException if a number is out of range; names it
     */
    public static NoiseSchedule of(double... alphaBars) {
        if (alphaBars.length < 2) {
            throw new IllegalArgumentException(
                    "alphaBars: expected at least 2, for t = 0 and t = 1, found "
                            + alphaBars.length);
        }
        Bounds.require("alphaBars", 2, MOST_STEPS + 1L, alphaBars.length);
        if (alphaBars[0] != 1 || !(alphaBars[1] < 1)) {
            throw new IllegalArgumentException(
                    "alphaBars: expected 1 at t = 0 and less at t = 1, found %s and %s"
                            .formatted(alphaBars[0], alphaBars[1]));
        }
        for (int t = 1; t < alphaBars.length; t++) {
            if (!(alphaBars[t] >= MIN_ALPHA_BAR && alphaBars[t] <= alphaBars[t - 1])) {
                throw new IllegalArgumentException(
                        "alphaBars: expected %s to %s at t = %d, found %s"
                                .formatted(MIN_ALPHA_BAR, alphaBars[t - 1], t, alphaBars[t]));
            }
        }
        return new NoiseSchedule(alphaBars);
    }

    /**
     * Betas that rise linearly (DDPM, section 4).
     *
     * @param steps T, 1 .. 1,000,000; published 1000
     * @param beta1 beta at t = 1, above 0; published 1e-4
     * @param beta2 beta at t = T, from beta1 to below 1; published 0.02
     * @return the schedule
     * @throws IllegalArgumentException if a value is out of range or no signal is left at T
     */
    public static NoiseSchedule linear(int steps, double beta1, double beta2) {
        if (!(beta1 > 0 && beta1 <= beta2 && beta2 < 1)) {
            throw new IllegalArgumentException(
                    "expected 0 < beta1 <= beta2 < 1, found beta1 = %s, beta2 = %s"
                            .formatted(beta1, beta2));
        }
        return new NoiseSchedule(
                "linear",
                steps,
                beta1,
                beta2,
                t -> steps == 1 ? beta1 : beta1 + (beta2 - beta1) * (t - 1) / (steps - 1));
    }

    /**
     * Betas from 1e-4 to 0.02.
     *
     * @param steps T, 1 .. 1,000,000
     * @return the schedule
     */
    public static NoiseSchedule linear(int steps) {
        return linear(steps, DEFAULT_BETA1, DEFAULT_BETA2);
    }

    /**
     * Cosine (Nichol and Dhariwal 2021, eq. 17): f(t) = cos(((t/T + s)/(1 + s)) pi/2)^2 with s =
     * 0.008, alphaBar = f/f(0), through betas clipped to [0, 0.999].
     *
     * @param steps T, 1 .. 1,000,000
     * @return the schedule
     */
    public static NoiseSchedule cosine(int steps) {
        return ofSignal(
                "cosine",
                steps,
                t -> {
                    double cosine =
                            Math.cos(((double) t / steps + OFFSET) / (1 + OFFSET) * Math.PI / 2);
                    return cosine * cosine;
                });
    }

    /**
     * Inverted cosine (SODA, section 3.3): f(t) = (2 (1 + s)/pi) arccos(sqrt(t/T)) - s with s =
     * 0.008, alphaBar = f/f(0), through betas clipped to [0, 0.999]. It spends more steps at medium
     * noise than cosine.
     *
     * @param steps T, 1 .. 1,000,000
     * @return the schedule
     */
    public static NoiseSchedule inverted(int steps) {
        return ofSignal(
                "inverted",
                steps,
                t ->
                        2 * (1 + OFFSET) / Math.PI * Math.acos(Math.sqrt((double) t / steps))
                                - OFFSET);
    }

    private static NoiseSchedule ofSignal(String kind, int steps, IntToDoubleFunction signal) {
        return new NoiseSchedule(
                kind,
                steps,
                null,
                null,
                t -> {
                    double beta = 1 - signal.applyAsDouble(t) / signal.applyAsDouble(t - 1);
                    return Math.min(Math.max(beta, 0), MAX_BETA);
                });
    }

    @JsonCreator
    static NoiseSchedule ofJson(
            @JsonProperty(value = "kind", required = true) String kind,
            @JsonProperty(value = "steps", required = true) int steps,
            @JsonProperty("beta1") Double beta1,
            @JsonProperty("beta2") Double beta2,
            @JsonProperty("alphaBars") double[] alphaBars) {
        if ("given".equals(kind) != (alphaBars != null)) {
            throw new IllegalArgumentException(
                    "expected alphaBars with kind given, and with that only, found kind " + kind);
        }
        boolean linear = "linear".equals(kind);
        if (!linear && (beta1 != null || beta2 != null)) {
            throw new IllegalArgumentException(
                    "expected beta1 and beta2 with kind linear only, found kind " + kind);
        }
        return switch (kind) {
            case "linear" ->
                    linear(
                            steps,
                            beta1 == null ? DEFAULT_BETA1 : beta1,
                            beta2 == null ? DEFAULT_BETA2 : beta2);
            case "cosine" -> cosine(steps);
            case "inverted" -> inverted(steps);
            case "given" -> given(steps, alphaBars);
            default ->
                    throw new IllegalArgumentException(
                            "expected kind linear, cosine, inverted or given, found " + kind);
        };
    }

    private static NoiseSchedule given(int steps, double... alphaBars) {
        Bounds.require("steps", 1, MOST_STEPS, steps);
        if (alphaBars.length != steps + 1) {
            throw new IllegalArgumentException(
                    "alphaBars: expected %d, for t = 0 .. steps, found %d"
                            .formatted(steps + 1, alphaBars.length));
        }
        return of(alphaBars);
    }

    /**
     * The number of steps.
     *
     * @return T, at least 1
     */
    public int steps() {
        return steps;
    }

    /**
     * The share of noise power added at step t.
     *
     * @param t 0..T; 0 gives 0
     * @return beta, in [0, 1)
     * @throws IllegalArgumentException if t is out of range
     */
    public double beta(long t) {
        return betas[checked(t, 0)];
    }

    /**
     * The share of signal power left after step t.
     *
     * @param t 0..T; 0 gives 1
     * @return the product of 1 - beta over the steps up to t, in (0, 1]
     * @throws IllegalArgumentException if t is out of range
     */
    public double alphaBar(long t) {
        return alphaBars[checked(t, 0)];
    }

    /**
     * Every beta.
     *
     * @return a copy, T + 1 entries, entry 0 is 0
     */
    public double[] betas() {
        return betas.clone();
    }

    /**
     * Every alphaBar.
     *
     * @return a copy, T + 1 entries, entry 0 is 1
     */
    public double[] alphaBars() {
        return alphaBars.clone();
    }

    /** Refuses a time outside of first..T. */
    int checked(long t, int first) {
        if (t < first || t > steps) {
            throw new IllegalArgumentException(
                    "expected a time from %d to %d, found %d".formatted(first, steps, t));
        }
        return (int) t;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoiseSchedule that
                && kind.equals(that.kind)
                && steps == that.steps
                && Objects.equals(beta1, that.beta1)
                && Objects.equals(beta2, that.beta2)
                && Arrays.equals(given, that.given);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, steps, beta1, beta2, Arrays.hashCode(given));
    }

    @Override
    public String toString() {
        return beta1 == null
                ? "%s(%d)".formatted(kind, steps)
                : String.format(Locale.ROOT, "%s(%d, %s, %s)", kind, steps, beta1, beta2);
    }
}
