package org.soda4j.examples.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.soda4j.eval.report.ThumbnailSection;
import org.soda4j.image.ImageDecoder;
import org.soda4j.io.DatasetException;

/** Sections of thumbnails of a folder's images. */
final class ThumbnailSheet {

    private final ImageDecoder decoder = ImageDecoder.builder().build();
    private final Path folder;
    private final List<ThumbnailSection> sections = new ArrayList<>();

    ThumbnailSheet(Path folder) {
        this.folder = folder;
    }

    /**
     * One image with what stands below it.
     *
     * @param file of the image, below the folder or absolute
     */
    record Item(Path file, String name, String caption) {

        /** An indexed image. */
        Item(String id, String caption) {
            this(Path.of(id), id, caption);
        }

        /** An indexed image above its score. */
        static Item scored(String id, double score) {
            return new Item(id, String.format(Locale.ROOT, "%.4f", score));
        }
    }

    ThumbnailSheet add(String title, String note, List<Item> items) {
        sections.add(
                new ThumbnailSection(
                        title,
                        items.stream()
                                .map(
                                        item ->
                                                new ThumbnailSection.Thumbnail(
                                                        png(folder.resolve(item.file)),
                                                        item.name,
                                                        item.caption))
                                .toList(),
                        note));
        return this;
    }

    List<ThumbnailSection> sections() {
        return sections;
    }

    /** Empty where the file is gone or no image any more. */
    private byte[] png(Path file) {
        try {
            return Thumbnail.png(decoder.decode(file));
        } catch (DatasetException e) {
            return new byte[0];
        }
    }
}
