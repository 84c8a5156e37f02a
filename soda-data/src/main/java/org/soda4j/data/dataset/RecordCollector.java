package org.soda4j.data.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/** Gathers images, labels and where they come from while a reader goes through its files. */
final class RecordCollector {

    private static final Logger LOGGER = LoggerFactory.getLogger(RecordCollector.class);

    private final OnError onError;
    private final List<PixelImage> images = new ArrayList<>();
    private final List<String> fileNames = new ArrayList<>();
    private int[] labels = new int[1024];
    private int[] files = new int[1024];
    private int[] records = new int[1024];
    private int skipped;
    private DatasetException firstSkipped;

    RecordCollector(OnError onError) {
        this.onError = onError;
    }

    /** Says that the records that follow are in this file. */
    void startFile(String name) {
        fileNames.add(name);
    }

    void add(int record, PixelImage image, int label) {
        int size = images.size();
        if (size == labels.length) {
            labels = Arrays.copyOf(labels, 2 * size);
            files = Arrays.copyOf(files, 2 * size);
            records = Arrays.copyOf(records, 2 * size);
        }
        images.add(image);
        labels[size] = label;
        files[size] = fileNames.size() - 1;
        records[size] = record;
    }

    void addAll(RecordCollector other) {
        for (String file : other.fileNames) {
            startFile(file);
        }
        int firstFile = fileNames.size() - other.fileNames.size();
        for (int i = 0; i < other.images.size(); i++) {
            add(other.records[i], other.images.get(i), other.labels[i]);
            files[images.size() - 1] = firstFile + other.files[i];
        }
        skipped += other.skipped;
        if (firstSkipped == null) {
            firstSkipped = other.firstSkipped;
        }
    }

    /** Stops at a bad record or leaves it out, as the policy says. */
    void refuse(DatasetException problem) {
        if (onError == OnError.STOP) {
            throw problem;
        }
        skipped++;
        if (firstSkipped == null) {
            firstSkipped = problem;
        }
    }

    /** Logs what was left out; refuses a data set of nothing. */
    void finish(String dataset) {
        if (skipped > 0) {
            LOGGER.warn(
                    "{}: left out {} of {} records, the first: {}",
                    dataset,
                    skipped,
                    skipped + images.size(),
                    firstSkipped.getMessage());
        }
        if (images.isEmpty()) {
            throw new DatasetException(
                    dataset, -1, "expected at least one readable image, found none", firstSkipped);
        }
    }

    List<PixelImage> images() {
        return List.copyOf(images);
    }

    int[] labels() {
        return Arrays.copyOf(labels, images.size());
    }

    int[] files() {
        return Arrays.copyOf(files, images.size());
    }

    int[] records() {
        return Arrays.copyOf(records, images.size());
    }

    List<String> fileNames() {
        return List.copyOf(fileNames);
    }
}
