package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.soda4j.image.PixelImage;

/** What every image data set must do; each data set's test extends it. */
abstract class ImageDatasetContract {

    /** Opens the data set under test: at least 4 images, all of one size, labelled. */
    abstract ImageDataset open() throws Exception;

    /** Returns how many images {@link #open} must have. */
    abstract int expectedSize();

    @Test
    void everyImageAndLabelIsInRange() throws Exception {
        ImageDataset data = open();
        assertThat(data.size()).isEqualTo(expectedSize());
        assertThat(data.classNames()).isNotEmpty().doesNotHaveDuplicates();
        for (int i = 0; i < data.size(); i++) {
            PixelImage image = data.image(i);
            assertThat(image.pixels()).hasSize(image.width() * image.height() * image.channels());
            assertThat(data.label(i)).isBetween(0, data.classNames().size() - 1);
            assertThat(data.source(i)).isNotBlank();
        }
        assertThat(IntStream.range(0, expectedSize()).mapToObj(data::source).toList())
                .doesNotHaveDuplicates();
    }

    @Test
    void indicesOutsideAreRefused() throws Exception {
        ImageDataset data = open();
        for (int index : new int[] {-1, expectedSize(), Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> data.image(index))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> data.label(index))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void openedAgainItHoldsTheSame() throws Exception {
        ImageDataset first = open();
        ImageDataset second = open();
        for (int i = 0; i < first.size(); i++) {
            assertThat(second.image(i).pixels()).isEqualTo(first.image(i).pixels());
            assertThat(second.label(i)).isEqualTo(first.label(i));
        }
        assertThat(second.contentHash()).isEqualTo(first.contentHash()).matches("[0-9a-f]{64}");
        assertThat(first.contentHash()).isEqualTo(second.contentHash());
    }

    @Test
    void anyNumberOfThreadsReadTheSame() throws Exception {
        ImageDataset data = open();
        ImageDataset reference = open();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Void>> readers = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int seed = t;
                readers.add(
                        () -> {
                            Random random = new Random(seed);
                            for (int k = 0; k < 100; k++) {
                                int i = random.nextInt(expectedSize());
                                assertThat(data.image(i).pixels())
                                        .isEqualTo(reference.image(i).pixels());
                                assertThat(data.label(i)).isEqualTo(reference.label(i));
                            }
                            return null;
                        });
            }
            for (Future<Void> done : threads.invokeAll(readers)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void recordsAreFloatImagesAndLongLabels() throws Exception {
        ImageDataset data = open();
        PixelImage image = data.image(1);
        try (NDManager manager = NDManager.newBaseManager()) {
            Record record = data.get(manager, 1);
            NDArray pixels = record.getData().singletonOrThrow();
            assertThat(pixels.getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(pixels.getShape())
                    .isEqualTo(new Shape(image.channels(), image.height(), image.width()));
            float[] values = pixels.toFloatArray();
            for (int k = 0; k < values.length; k++) {
                int plane = image.width() * image.height();
                int channel = k / plane;
                int sample = image.pixels()[(k % plane) * image.channels() + channel] & 0xff;
                // One float division, correctly rounded on both sides.
                assertThat(values[k]).isEqualTo(sample / 255f);
            }
            NDArray label = record.getLabels().singletonOrThrow();
            assertThat(label.getDataType()).isEqualTo(DataType.INT64);
            assertThat(label.getShape()).isEqualTo(new Shape());
            assertThat(label.getLong()).isEqualTo(data.label(1));
        }
    }

    @Test
    void djlBatchesCoverAllImagesInOrder() throws Exception {
        ImageDataset data = open();
        List<Long> labels = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager()) {
            for (Batch batch : data.getData(manager)) {
                assertThat(batch.getData().singletonOrThrow().getShape().dimension()).isEqualTo(4);
                for (long label : batch.getLabels().singletonOrThrow().toLongArray()) {
                    labels.add(label);
                }
                batch.close();
            }
        }
        assertThat(labels)
                .isEqualTo(
                        IntStream.range(0, expectedSize())
                                .mapToObj(i -> (long) data.label(i))
                                .toList());
    }

    @Test
    void partsAreViews() throws Exception {
        ImageDataset data = open();
        int last = expectedSize() - 1;
        ImageDataset part = data.select(last, 0, last);
        assertThat(part.size()).isEqualTo(3);
        assertThat(part.image(0).pixels()).isEqualTo(data.image(last).pixels());
        assertThat(part.label(1)).isEqualTo(data.label(0));
        assertThat(part.source(2)).isEqualTo(data.source(last));
        assertThat(part.classNames()).isEqualTo(data.classNames());
        assertThat(part.select(1).source(0)).isEqualTo(data.source(0));
        assertThatThrownBy(() -> data.select(0, last + 1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("found " + (last + 1));
        RandomAccessDataset djlPart = data.subDataset(1, 3);
        assertThat(djlPart).isInstanceOf(ImageDataset.class);
        assertThat(((ImageDataset) djlPart).source(0)).isEqualTo(data.source(1));
    }

    @Test
    void stratifiedPartsTakeTheSameNumberOfEveryClass() throws Exception {
        ImageDataset data = open();
        int[] counts = new int[data.classNames().size()];
        for (int i = 0; i < data.size(); i++) {
            counts[data.label(i)]++;
        }
        int smallest = IntStream.of(counts).min().orElseThrow();
        assertThatThrownBy(() -> data.subset(smallest + 1, 7L))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found " + smallest);
        assertThatThrownBy(() -> data.subset(0, 7L)).isInstanceOf(IllegalArgumentException.class);
        if (smallest > 0) {
            ImageDataset part = data.subset(1, 7L);
            assertThat(part.size()).isEqualTo(counts.length);
            assertThat(IntStream.range(0, counts.length).map(part::label).sorted().toArray())
                    .isEqualTo(IntStream.range(0, counts.length).toArray());
            assertThat(data.subset(1, 7L).contentHash()).isEqualTo(part.contentHash());
        }
    }
}
