package org.soda4j.model;

import java.util.Arrays;
import java.util.List;

/**
 * Numbers are NaN or infinite where they must be finite: a model's weights, what it computed, or
 * the loss or a gradient of a training. The message says what, where, and what is the likely cause.
 *
 * <p>Encoding, drawing and evaluating the denoiser never return such a number. A training ends with
 * this exception before it reaches the parameters; they are those after the last good step, and no
 * checkpoint was written since.
 */
public final class NonFiniteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long step;
    private final int[] rows;

    private NonFiniteException(long step, int[] rows, String message) {
        super(message);
        this.step = step;
        this.rows = rows;
    }

    /** In weights. */
    NonFiniteException(String message) {
        this(0, new int[0], message);
    }

    /** In a result; {@code rows} are those of the batch, ascending. */
    NonFiniteException(List<Integer> rows, String message) {
        this(0, rows.stream().mapToInt(Integer::intValue).toArray(), message);
    }

    /**
     * In a training.
     *
     * @param step that was given up, counted from 1
     * @param message what was found and what to try
     * @return the exception
     */
    public static NonFiniteException inTraining(long step, String message) {
        return new NonFiniteException(step, new int[0], message);
    }

    /**
     * Returns the training step that was given up.
     *
     * @return counted from 1; 0 where nothing was trained
     */
    public long step() {
        return step;
    }

    /**
     * Returns the rows of the batch whose results are not finite.
     *
     * @return ascending, from 0; empty where weights or a training are concerned
     */
    public List<Integer> rows() {
        return Arrays.stream(rows).boxed().toList();
    }
}
