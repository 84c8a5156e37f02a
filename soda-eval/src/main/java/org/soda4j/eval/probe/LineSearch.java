package org.soda4j.eval.probe;

/**
 * The line search of Moré and Thuente, Line search algorithms with guaranteed sufficient decrease
 * (ACM TOMS 20, 1994), with the constants that L-BFGS-B uses. The caller evaluates the function at
 * {@link #step} and reports it with {@link #report} until the search {@link #isDone}.
 */
final class LineSearch {

    private static final double SUFFICIENT_DECREASE = 1e-3;
    private static final double CURVATURE = 0.9;
    private static final double INTERVAL_TOLERANCE = 0.1;
    private static final double MAX_STEP = 1e10;
    private static final double LEAST_EXTRAPOLATION = 1.1;
    private static final double MOST_EXTRAPOLATION = 4;
    private static final double SHRINKAGE = 0.66;

    /** A step with the value and slope there. */
    private record Point(double step, double value, double slope) {

        /** Of the paper's auxiliary function psi, up to a constant (section 2). */
        Point minus(double slopeTest) {
            return new Point(step, value - step * slopeTest, slope - slopeTest);
        }

        Point plus(double slopeTest) {
            return new Point(step, value + step * slopeTest, slope + slopeTest);
        }
    }

    private final double startValue;
    private final double startSlope;
    private final double slopeTest;

    private Point best;
    private Point other;
    private boolean bracketed;
    private boolean firstStage = true;
    private boolean done;
    private double step;
    private double low;
    private double high;
    private double width = MAX_STEP;
    private double previousWidth = 2 * MAX_STEP;

    LineSearch(double startValue, double startSlope, double firstStep) {
        this.startValue = startValue;
        this.startSlope = startSlope;
        slopeTest = SUFFICIENT_DECREASE * startSlope;
        best = new Point(0, startValue, startSlope);
        other = best;
        step = firstStep;
        high = firstStep + MOST_EXTRAPOLATION * firstStep;
    }

    /** Where to evaluate next, or where the search ended. */
    double step() {
        return step;
    }

    boolean isDone() {
        return done;
    }

    /** Takes the value and the slope at the current step. */
    void report(double value, double slope) {
        double test = startValue + step * slopeTest;
        if (firstStage && value <= test && slope >= 0) {
            firstStage = false;
        }
        boolean converged = value <= test && Math.abs(slope) <= CURVATURE * -startSlope;
        boolean exhausted =
                (bracketed && (step <= low || step >= high))
                        || (bracketed && high - low <= INTERVAL_TOLERANCE * high)
                        || (step == MAX_STEP && value <= test && slope <= slopeTest)
                        || (step == 0 && (value > test || slope >= slopeTest));
        if (converged || exhausted) {
            done = true;
            return;
        }
        Point trial = new Point(step, value, slope);
        if (firstStage && value <= best.value() && value > test) {
            best = best.minus(slopeTest);
            other = other.minus(slopeTest);
            advance(trial.minus(slopeTest));
            best = best.plus(slopeTest);
            other = other.plus(slopeTest);
        } else {
            advance(trial);
        }
        bound();
    }

    private void bound() {
        if (bracketed) {
            double distance = Math.abs(other.step() - best.step());
            if (distance >= SHRINKAGE * previousWidth) {
                step = best.step() + (other.step() - best.step()) / 2;
            }
            previousWidth = width;
            width = distance;
            low = Math.min(best.step(), other.step());
            high = Math.max(best.step(), other.step());
        } else {
            low = step + LEAST_EXTRAPOLATION * (step - best.step());
            high = step + MOST_EXTRAPOLATION * (step - best.step());
        }
        step = Math.min(Math.max(step, 0), MAX_STEP);
        if (bracketed && (step <= low || step >= high || high - low <= INTERVAL_TOLERANCE * high)) {
            step = best.step();
        }
    }

    /** Chooses the next step and updates the interval: section 4 of the paper. */
    private void advance(Point trial) {
        double t = trial.step();
        double l = best.step();
        boolean opposite = trial.slope() * Math.signum(best.slope()) < 0;
        double next;
        if (trial.value() > best.value()) { // case 1
            double cubic = cubicMinimum(best, trial);
            double slopeOfChord = (best.value() - trial.value()) / (t - l);
            double quadratic = l + best.slope() / (slopeOfChord + best.slope()) / 2 * (t - l);
            next =
                    Math.abs(cubic - l) < Math.abs(quadratic - l)
                            ? cubic
                            : cubic + (quadratic - cubic) / 2;
            bracketed = true;
        } else if (opposite) { // case 2
            double cubic = cubicMinimum(trial, best);
            double secant = secant(trial);
            next = Math.abs(cubic - t) > Math.abs(secant - t) ? cubic : secant;
            bracketed = true;
        } else if (Math.abs(trial.slope()) < Math.abs(best.slope())) { // case 3
            next = flatterStep(trial);
        } else if (bracketed) { // case 4
            next = cubicMinimum(trial, other);
        } else {
            next = t > l ? high : low;
        }
        if (trial.value() > best.value()) {
            other = trial;
        } else {
            if (opposite) {
                other = best;
            }
            best = trial;
        }
        step = next;
    }

    private double flatterStep(Point trial) {
        double t = trial.step();
        double l = best.step();
        double theta = theta(best, trial);
        double gamma = gamma(theta, best, trial);
        if (t > l) {
            gamma = -gamma;
        }
        double ratio =
                (gamma - trial.slope() + theta) / (gamma + (best.slope() - trial.slope()) + gamma);
        double cubic;
        if (ratio < 0 && gamma != 0) {
            cubic = t + ratio * (l - t);
        } else {
            cubic = t > l ? high : low;
        }
        double secant = secant(trial);
        boolean cubicIsCloser = Math.abs(cubic - t) < Math.abs(secant - t);
        if (bracketed) {
            double next = cubicIsCloser ? cubic : secant;
            double limit = t + SHRINKAGE * (other.step() - t);
            return t > l ? Math.min(limit, next) : Math.max(limit, next);
        }
        double next = Math.abs(cubic - t) > Math.abs(secant - t) ? cubic : secant;
        return Math.min(Math.max(next, low), high);
    }

    private double secant(Point trial) {
        return trial.step()
                + trial.slope() / (trial.slope() - best.slope()) * (best.step() - trial.step());
    }

    /** The minimum of the cubic through both values and slopes, measured from {@code from}. */
    private static double cubicMinimum(Point from, Point to) {
        double theta = theta(from, to);
        double gamma = gamma(theta, from, to);
        if (to.step() < from.step()) {
            gamma = -gamma;
        }
        double p = gamma - from.slope() + theta;
        double q = gamma - from.slope() + gamma + to.slope();
        return from.step() + p / q * (to.step() - from.step());
    }

    private static double theta(Point a, Point b) {
        return 3 * (a.value() - b.value()) / (b.step() - a.step()) + a.slope() + b.slope();
    }

    private static double gamma(double theta, Point a, Point b) {
        double s = Math.max(Math.abs(theta), Math.max(Math.abs(a.slope()), Math.abs(b.slope())));
        double ratio = theta / s;
        return s * Math.sqrt(Math.max(0, ratio * ratio - a.slope() / s * (b.slope() / s)));
    }
}
