package org.soda4j.examples.search;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.eval.plot.Picture;
import org.soda4j.eval.report.ThumbnailSection;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/** Sections of thumbnails of a folder's images. */
final class ThumbnailSheet {

    private static final int SIDE = 96;

    private final ImageDecoder decoder = ImageDecoder.builder().build();
    private final Path folder;
    private final List<ThumbnailSection> sections = new ArrayList<>();

    ThumbnailSheet(Path folder) {
        this.folder = folder;
    }

    /** One image with what stands below it. */
    record Item(String id, String caption) {}

    ThumbnailSheet add(String title, String note, List<Item> items) {
        sections.add(
                new ThumbnailSection(
                        title,
                        items.stream()
                                .map(
                                        item ->
                                                new ThumbnailSection.Thumbnail(
                                                        png(folder.resolve(item.id)),
                                                        item.id,
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
            PixelImage image = decoder.decode(file);
            Picture picture = () -> scaled(buffered(image));
            return picture.toPng();
        } catch (DatasetException e) {
            return new byte[0];
        }
    }

    private static BufferedImage buffered(PixelImage image) {
        BufferedImage copy =
                new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] pixels = image.pixels();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int rgb =
                    (pixels[3 * i] & 0xFF) << 16
                            | (pixels[3 * i + 1] & 0xFF) << 8
                            | pixels[3 * i + 2] & 0xFF;
            copy.setRGB(i % image.width(), i / image.width(), rgb);
        }
        return copy;
    }

    /** The longer side becomes SIDE; pixels of small images stay squares. */
    private static BufferedImage scaled(BufferedImage image) {
        double scale = (double) SIDE / Math.max(image.getWidth(), image.getHeight());
        BufferedImage half = image;
        while (scale < 0.5) { // By halves, since bilinear alone leaves pixels out.
            half = drawn(half, Math.max(1, half.getWidth() / 2), Math.max(1, half.getHeight() / 2));
            scale = (double) SIDE / Math.max(half.getWidth(), half.getHeight());
        }
        return drawn(
                half,
                Math.max(1, (int) Math.round(half.getWidth() * scale)),
                Math.max(1, (int) Math.round(half.getHeight() * scale)));
    }

    private static BufferedImage drawn(BufferedImage image, int width, int height) {
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = result.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                width > image.getWidth()
                        ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                        : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return result;
    }
}
