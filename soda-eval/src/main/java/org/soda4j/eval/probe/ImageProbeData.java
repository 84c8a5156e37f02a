package org.soda4j.eval.probe;

import java.util.Arrays;
import java.util.List;
import org.soda4j.data.dataset.ImageDataset;

/** The labels of the images that a probe learns from and is tested on, checked. */
record ImageProbeData(int[] train, int[] test, List<String> classNames) {

    /**
     * Reads and checks the labels.
     *
     * @throws IllegalStateException if a set has no labels
     * @throws IllegalArgumentException if the classes differ, there are fewer than two, or one has
     *     no training image
     */
    static ImageProbeData of(ImageDataset train, ImageDataset test) {
        if (!train.classNames().equals(test.classNames())) {
            throw new IllegalArgumentException(
                    "expected the same classes in training and test images, found %s and %s"
                            .formatted(train.classNames(), test.classNames()));
        }
        int[] trainLabels = labels("training", train);
        int[] testLabels = labels("test", test);
        List<String> names = train.classNames();
        if (names.size() < 2) {
            throw new IllegalArgumentException(
                    "expected at least two classes to tell apart, found " + names);
        }
        int[] counts = new int[names.size()];
        for (int label : trainLabels) {
            counts[label]++;
        }
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] == 0) {
                throw new IllegalArgumentException(
                        "expected training images of every class, found none of class %d '%s'"
                                .formatted(label, names.get(label)));
            }
        }
        return new ImageProbeData(trainLabels, testLabels, names);
    }

    private static int[] labels(String what, ImageDataset images) {
        if (images.size() == 0) {
            throw new IllegalArgumentException(
                    "%s images: expected at least one, found none".formatted(what));
        }
        int classes = images.classNames().size();
        int[] labels = new int[Math.toIntExact(images.size())];
        Arrays.setAll(labels, images::label);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalStateException(
                        "%s images: expected a label from 0 to %d, found %d at %s; a probe needs labelled images"
                                .formatted(what, classes - 1, labels[i], images.source(i)));
            }
        }
        return labels;
    }
}
