package org.soda4j.training;

/** What the moving average's decay does in the first steps, when there is little to average. */
public enum EmaRamp {
    /** Nothing: the decay is the same from the first step on. */
    NONE {
        @Override
        double limit(long step) {
            return 1;
        }
    },
    /** At most (1 + step) / (10 + step): for short trainings. */
    TENTHS {
        @Override
        double limit(long step) {
            return (1.0 + step) / (10.0 + step);
        }
    },
    /**
     * At most 1 - step^(-2/3); what the published PyTorch implementation does. It never looks back
     * over more than a small part of the training: step 1,000 reaches 0.99, step 78,000 0.99945.
     */
    PUBLISHED {
        @Override
        double limit(long step) {
            return 1 - Math.pow(step, -2.0 / 3);
        }
    };

    abstract double limit(long step);

    /**
     * The decay in a step.
     *
     * @param decay that is never exceeded
     * @param step counted from 1
     * @return 0 .. decay
     */
    public double decay(double decay, long step) {
        return Math.min(decay, limit(step));
    }
}
