package org.soda4j.training;

/**
 * The loss or a gradient is infinite or not a number. The parameters are those after the last good
 * step, and no checkpoint was written since.
 */
public final class NonFiniteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long step;

    NonFiniteException(long step, String message) {
        super(message);
        this.step = step;
    }

    /**
     * Returns the step that was given up.
     *
     * @return counted from 1
     */
    public long step() {
        return step;
    }
}
