package org.soda4j.eval.report;

/** Follows the progress of an evaluation. */
@FunctionalInterface
public interface EvaluationProgress {

    /**
     * Called when a part begins, and after each of its steps.
     *
     * @param part what is done, such as {@code encode training images}
     * @param done images, passes or pictures of this part that are done; 0 as it begins
     * @param total of this part
     */
    void at(String part, long done, long total);
}
