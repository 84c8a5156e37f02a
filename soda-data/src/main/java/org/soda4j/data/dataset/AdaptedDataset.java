package org.soda4j.data.dataset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.training.dataset.SequenceSampler;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/** Another DJL data set of images, seen as ours; see {@link ImageDataset#of}. */
final class AdaptedDataset extends ImageDataset {

    private static final int UNKNOWN = -2;

    private final RandomAccessDataset dataset;
    private final List<String> classNames;
    private final int size;

    /** Labels seen so far: to ask DJL for a label is to ask it for the image. */
    private final AtomicIntegerArray labels;

    AdaptedDataset(RandomAccessDataset dataset, List<String> classNames) {
        super(new Sampling());
        this.dataset = dataset;
        this.classNames = List.copyOf(classNames);
        size = Math.toIntExact(dataset.size());
        labels = new AtomicIntegerArray(size);
        for (int i = 0; i < size; i++) {
            labels.set(i, UNKNOWN);
        }
    }

    private static final class Sampling extends BaseBuilder<Sampling> {

        Sampling() {
            sampler = new BatchSampler(new SequenceSampler(), 32, false);
        }

        @Override
        protected Sampling self() {
            return this;
        }
    }

    @Override
    public PixelImage image(int index) {
        Objects.checkIndex(index, size);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            Record record = record(manager, index);
            labels.set(index, labelOf(record, index));
            return pixels(only(record.getData(), "image", index), index);
        }
    }

    @Override
    public int label(int index) {
        Objects.checkIndex(index, size);
        if (labels.get(index) == UNKNOWN) {
            try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
                labels.set(index, labelOf(record(manager, index), index));
            }
        }
        return labels.get(index);
    }

    private Record record(NDManager manager, int index) {
        try {
            return dataset.get(manager, index);
        } catch (IOException | RuntimeException e) {
            throw new DatasetException(name(), index, "cannot be read: " + e, e);
        }
    }

    private NDArray only(NDList list, String what, int index) {
        if (list.size() != 1) {
            throw new DatasetException(
                    name(), index, "expected one %s, found %d".formatted(what, list.size()), null);
        }
        return list.get(0);
    }

    private int labelOf(Record record, int index) {
        NDArray array = only(record.getLabels(), "label", index);
        if (array.size() != 1) {
            throw new DatasetException(
                    name(), index, "expected one number as label, found " + array.getShape(), null);
        }
        double label = array.toType(DataType.FLOAT64, true).toDoubleArray()[0];
        if (label != Math.rint(label) || label < 0 || label >= classNames.size()) {
            throw new DatasetException(
                    name(),
                    index,
                    "expected a label in 0..%d, found %s".formatted(classNames.size() - 1, label),
                    null);
        }
        return (int) label;
    }

    private PixelImage pixels(NDArray array, int index) {
        Shape shape = array.getShape();
        boolean flat = shape.dimension() == 2;
        boolean channelsLast =
                flat || shape.dimension() == 3 && (shape.get(2) == 1 || shape.get(2) == 3);
        boolean channelsFirst =
                !channelsLast && shape.dimension() == 3 && (shape.get(0) == 1 || shape.get(0) == 3);
        if (!channelsLast && !channelsFirst) {
            throw new DatasetException(
                    name(),
                    index,
                    "expected an image [H, W], [H, W, C] or [C, H, W] with 1 or 3 channels, found "
                            + shape,
                    null);
        }
        NDArray ordered = channelsFirst ? array.transpose(1, 2, 0) : array;
        float[] values = ordered.toType(DataType.FLOAT32, true).flatten().toFloatArray();
        // DJL's ToTensor makes [C, H, W] in [0, 1] of [H, W, C] in 0..255.
        float scale = channelsFirst && array.getDataType().isFloating() ? 255 : 1;
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            float value = values[i] * scale;
            if (!(value >= 0 && value <= 255)) {
                throw new DatasetException(
                        name(),
                        index,
                        "expected samples in 0..%s, found %s"
                                .formatted(scale == 1 ? "255" : "1", values[i]),
                        null);
            }
            bytes[i] = (byte) (int) (value + 0.5f);
        }
        Shape hwc = ordered.getShape();
        return new PixelImage(
                Math.toIntExact(hwc.get(1)),
                Math.toIntExact(hwc.get(0)),
                flat ? 1 : Math.toIntExact(hwc.get(2)),
                bytes);
    }

    private String name() {
        return dataset.getClass().getSimpleName();
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public String source(int index) {
        Objects.checkIndex(index, size);
        return name() + ", index " + index;
    }

    @Override
    protected long availableSize() {
        return size;
    }
}
