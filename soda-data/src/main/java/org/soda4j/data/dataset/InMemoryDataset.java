package org.soda4j.data.dataset;

import java.util.List;
import org.soda4j.image.PixelImage;

/** A data set whose images are held in memory, one byte array each, never copied on reading. */
abstract class InMemoryDataset extends ImageDataset {

    private final List<PixelImage> images;
    private final int[] labels;
    private final int[] files;
    private final int[] records;
    private final List<String> fileNames;
    private final List<String> classNames;

    InMemoryDataset(BaseBuilder<?> builder, RecordCollector collected, List<String> classNames) {
        super(builder);
        images = collected.images();
        labels = collected.labels();
        files = collected.files();
        records = collected.records();
        fileNames = collected.fileNames();
        this.classNames = List.copyOf(classNames);
    }

    @Override
    public PixelImage image(int index) {
        return images.get(index);
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public String source(int index) {
        return fileNames.get(files[index]) + ", index " + records[index];
    }

    @Override
    protected long availableSize() {
        return labels.length;
    }
}
