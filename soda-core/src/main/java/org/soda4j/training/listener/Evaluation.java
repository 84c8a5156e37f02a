package org.soda4j.training.listener;

import java.util.Map;
import org.soda4j.Soda;

/** Something that is measured on the model while it is trained, such as a probe. */
@FunctionalInterface
public interface Evaluation {

    /**
     * Measures.
     *
     * @param soda the model with averaged parameters; not to be changed or closed
     * @return name of a figure, such as {@code knn.accuracy}, to its value
     */
    Map<String, Double> evaluate(Soda soda);
}
