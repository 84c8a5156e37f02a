package org.soda4j.eval.report;

import java.util.Locale;
import java.util.Optional;

/**
 * Accuracies that the PyTorch implementation of SODA reports after 800 epochs, with a ResNet-18 and
 * z of 128 numbers.
 */
public enum PublishedAccuracy {
    /** CIFAR-10. */
    CIFAR10("CIFAR-10", 80.4, 80.0),
    /** CIFAR-100. */
    CIFAR100("CIFAR-100", 51.4, 54.9),
    /** Tiny-ImageNet. */
    TINY_IMAGENET("Tiny-ImageNet", 34.8, 38.2);

    private final String dataset;
    private final double knn;
    private final double linear;

    PublishedAccuracy(String dataset, double knn, double linear) {
        this.dataset = dataset;
        this.knn = knn;
        this.linear = linear;
    }

    /**
     * Finds the figures of a data set.
     *
     * @param name such as {@code cifar10}, {@code CIFAR-10} or {@code tiny-imagenet}
     * @return the figures, or nothing for other data
     */
    public static Optional<PublishedAccuracy> of(String name) {
        String plain = plain(name);
        for (PublishedAccuracy accuracy : values()) {
            if (plain(accuracy.dataset).equals(plain)) {
                return Optional.of(accuracy);
            }
        }
        return Optional.empty();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /**
     * The data set.
     *
     * @return its usual name
     */
    public String dataset() {
        return dataset;
    }

    /**
     * The published accuracy of k-NN with k = 20.
     *
     * @return in percent
     */
    public double knn() {
        return knn;
    }

    /**
     * The published accuracy of the linear probe.
     *
     * @return in percent
     */
    public double linear() {
        return linear;
    }
}
