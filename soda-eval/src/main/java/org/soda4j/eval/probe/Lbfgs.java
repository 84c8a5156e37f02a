package org.soda4j.eval.probe;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Limited-memory BFGS for smooth functions: the two-loop recursion of Nocedal and Wright, Numerical
 * Optimization (2006), algorithms 7.4 and 7.5. History, first step, line search and stopping rules
 * are those of L-BFGS-B (Zhu et al., ACM TOMS 23, 1997) without bounds, so that a search that stops
 * early stops where SciPy's does.
 */
final class Lbfgs {

    private static final int HISTORY = 10;
    private static final int MAX_LINE_SEARCH_STEPS = 50;

    /** A relative decrease of the value below this is no progress, as in scikit-learn. */
    private static final double VALUE_TOLERANCE = 64 * Math.ulp(1.0);

    /** So many steps without progress end the search: the gradient is then round-off. */
    private static final int MAX_STALLED_STEPS = 10;

    /** A function with its gradient. */
    @FunctionalInterface
    interface Objective {
        /** Returns the value at {@code x} and writes the gradient there. */
        double evaluate(double[] x, double[] gradient);
    }

    /** Where the search ended. */
    record Minimum(double[] x, double value, double gradientNorm, int iterations) {}

    private record Step(double[] x, double[] gradient, double inverseProduct) {}

    private Lbfgs() {}

    /**
     * Minimises from a start.
     *
     * @param tolerance ends when no component of the gradient is larger
     */
    static Minimum minimize(
            Objective objective, double[] start, double tolerance, int maxIterations) {
        int n = start.length;
        double[] x = start.clone();
        double[] gradient = new double[n];
        double value = objective.evaluate(x, gradient);
        Deque<Step> history = new ArrayDeque<>();
        int iteration = 0;
        int stalled = 0;
        while (iteration < maxIterations && maxNorm(gradient) > tolerance) {
            double[] direction = direction(gradient, history);
            double slope = dot(gradient, direction);
            if (!(slope < 0)) {
                if (history.isEmpty()) {
                    break;
                }
                history.clear();
                continue;
            }
            double firstStep = history.isEmpty() ? 1 / Math.sqrt(dot(direction, direction)) : 1;
            LineSearch search = new LineSearch(value, slope, firstStep);
            double[] nextX = new double[n];
            double[] nextGradient = new double[n];
            double nextValue = value;
            int steps = 0;
            while (!search.isDone() && steps++ < MAX_LINE_SEARCH_STEPS) {
                for (int j = 0; j < n; j++) {
                    nextX[j] = x[j] + search.step() * direction[j];
                }
                nextValue = objective.evaluate(nextX, nextGradient);
                search.report(nextValue, dot(nextGradient, direction));
            }
            if (!search.isDone()) {
                if (history.isEmpty()) {
                    break;
                }
                history.clear();
                continue;
            }
            double decrease = value - nextValue;
            double magnitude = Math.max(1, Math.max(Math.abs(value), Math.abs(nextValue)));
            remember(history, x, nextX, gradient, nextGradient);
            x = nextX;
            gradient = nextGradient;
            value = nextValue;
            iteration++;
            stalled = decrease <= VALUE_TOLERANCE * magnitude ? stalled + 1 : 0;
            if (stalled == MAX_STALLED_STEPS) {
                break;
            }
        }
        return new Minimum(x, value, maxNorm(gradient), iteration);
    }

    private static void remember(
            Deque<Step> history, double[] x, double[] nextX, double[] g, double[] nextG) {
        double[] dx = new double[x.length];
        double[] dg = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            dx[j] = nextX[j] - x[j];
            dg[j] = nextG[j] - g[j];
        }
        double product = dot(dx, dg);
        if (product > 0) {
            if (history.size() == HISTORY) {
                history.removeFirst();
            }
            history.addLast(new Step(dx, dg, 1 / product));
        }
    }

    /** Minus the approximate inverse Hessian times the gradient. */
    private static double[] direction(double[] gradient, Deque<Step> history) {
        double[] q = new double[gradient.length];
        for (int j = 0; j < q.length; j++) {
            q[j] = -gradient[j];
        }
        if (history.isEmpty()) {
            return q;
        }
        double[] alphas = new double[history.size()];
        int i = history.size();
        for (Iterator<Step> newest = history.descendingIterator(); newest.hasNext(); ) {
            Step step = newest.next();
            i--;
            alphas[i] = step.inverseProduct() * dot(step.x(), q);
            add(q, -alphas[i], step.gradient());
        }
        Step last = history.getLast();
        double scale = 1 / (last.inverseProduct() * dot(last.gradient(), last.gradient()));
        for (int j = 0; j < q.length; j++) {
            q[j] *= scale;
        }
        for (Step step : history) {
            double beta = step.inverseProduct() * dot(step.gradient(), q);
            add(q, alphas[i++] - beta, step.x());
        }
        return q;
    }

    private static void add(double[] to, double factor, double[] what) {
        for (int j = 0; j < to.length; j++) {
            to[j] += factor * what[j];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    static double maxNorm(double[] a) {
        double max = 0;
        for (double v : a) {
            max = Math.max(max, Math.abs(v));
        }
        return max;
    }
}
