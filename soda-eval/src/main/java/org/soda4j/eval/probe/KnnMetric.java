package org.soda4j.eval.probe;

/** The distance by which a k-NN probe ranks neighbours. */
public enum KnnMetric {
    /**
     * Euclidean distance of the L2-normalised features, which ranks as cosine similarity does; the
     * published protocol.
     */
    COSINE,
    /** Euclidean distance of the features as they are. */
    EUCLIDEAN
}
