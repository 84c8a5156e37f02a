package org.soda4j.eval.plot;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Point;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.data.IntRange;
import org.soda4j.image.PixelImage;

/**
 * Images of one size in rows and columns, enlarged so that the pixels of small ones can be seen.
 *
 * <pre>{@code
 * ImageGrid.builder().images(originals).images(reconstructions).columns(8)
 *         .rowLabels(List.of("original", "reconstruction")).build().save(path);
 * }</pre>
 */
public final class ImageGrid implements Picture {

    private static final int LABEL_GAP = 6;

    private final List<BufferedImage> images;
    private final int columns;
    private final int scale;
    private final int gap;
    private final List<String> rowLabels;
    private final List<String> columnLabels;

    private ImageGrid(Builder builder, int columns, int scale) {
        images = List.copyOf(builder.images);
        this.columns = columns;
        this.scale = scale;
        gap = builder.gap;
        rowLabels = builder.rowLabels;
        columnLabels = builder.columnLabels;
    }

    private ImageGrid(ImageGrid other) {
        images = other.images;
        columns = other.columns;
        scale = other.scale;
        gap = other.gap;
        rowLabels = List.of();
        columnLabels = List.of();
    }

    /**
     * The images alone, for a place where the picture is shrunk and text would be too small.
     *
     * @return the same grid without labels
     */
    public ImageGrid withoutLabels() {
        return new ImageGrid(this);
    }

    /**
     * Starts an empty grid.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public BufferedImage toImage() {
        int cellWidth = images.get(0).getWidth() * scale;
        int cellHeight = images.get(0).getHeight() * scale;
        int rows = (images.size() + columns - 1) / columns;
        int left = gap;
        int top = gap;
        // Fonts are only asked for when there is text: a Java without fonts still draws images.
        if (!rowLabels.isEmpty() || !columnLabels.isEmpty()) {
            FontMetrics metrics = Canvas.metrics();
            int widest = rowLabels.stream().mapToInt(metrics::stringWidth).max().orElse(0);
            left += widest == 0 ? 0 : widest + LABEL_GAP;
            top += columnLabels.isEmpty() ? 0 : metrics.getHeight();
        }
        Point first = new Point(left, top);
        return Canvas.draw(
                left + columns * (cellWidth + gap),
                top + rows * (cellHeight + gap),
                graphics -> {
                    drawImages(graphics, first, cellWidth, cellHeight);
                    drawLabels(graphics, first, cellWidth, cellHeight);
                });
    }

    private void drawImages(Graphics2D graphics, Point first, int cellWidth, int cellHeight) {
        for (int i = 0; i < images.size(); i++) {
            int x = first.x + i % columns * (cellWidth + gap);
            int y = first.y + i / columns * (cellHeight + gap);
            graphics.drawImage(images.get(i), x, y, cellWidth, cellHeight, null);
        }
    }

    private void drawLabels(Graphics2D graphics, Point first, int cellWidth, int cellHeight) {
        for (int row = 0; row < rowLabels.size(); row++) {
            graphics.setFont(Canvas.FONT);
            int middle = first.y + row * (cellHeight + gap) + cellHeight / 2;
            int ascent = graphics.getFontMetrics().getAscent();
            graphics.drawString(rowLabels.get(row), gap, middle + ascent / 2 - 1);
        }
        for (int column = 0; column < columnLabels.size(); column++) {
            graphics.setFont(Canvas.FONT);
            String label = fitted(columnLabels.get(column), cellWidth + gap, graphics);
            int width = graphics.getFontMetrics().stringWidth(label);
            int middle = first.x + column * (cellWidth + gap) + cellWidth / 2;
            graphics.drawString(
                    label, Math.max(0, middle - width / 2), graphics.getFontMetrics().getAscent());
        }
    }

    /** The text, or its start with an ellipsis where the cell is narrower. */
    private static String fitted(String text, int width, Graphics2D graphics) {
        FontMetrics metrics = graphics.getFontMetrics();
        String shown = text;
        for (int end = text.length(); end > 0 && metrics.stringWidth(shown) > width; end--) {
            shown = text.substring(0, end - 1) + "\u2026";
        }
        return shown;
    }

    /** The images and the look of a grid. */
    public static final class Builder {

        private static final int VISIBLE_PIXELS = 64;

        private final List<BufferedImage> images = new ArrayList<>();
        private int columns;
        private int scale;
        private int gap = 2;
        private List<String> rowLabels = List.of();
        private List<String> columnLabels = List.of();

        private Builder() {}

        /**
         * Adds images, which are copied.
         *
         * @param batch {@code [N, C, H, W]} or {@code [C, H, W]} with C = 1 or 3, any float dtype,
         *     in [0, 1]; what lies outside is clipped; not closed
         * @return this
         * @throws IllegalArgumentException if the shape is another one, the size differs from
         *     earlier images, or a value is NaN
         */
        public Builder images(NDArray batch) {
            Shape shape = batch.getShape();
            int rank = shape.dimension();
            long channels = rank < 3 ? 0 : shape.get(rank - 3);
            if ((rank != 3 && rank != 4) || (channels != 1 && channels != 3)) {
                throw new IllegalArgumentException(
                        "expected images of shape [N, C, H, W] with C = 1 or 3, found " + shape);
            }
            int height = Math.toIntExact(shape.get(rank - 2));
            int width = Math.toIntExact(shape.get(rank - 1));
            float[] values;
            try (NDArray single = batch.toType(DataType.FLOAT32, true)) {
                values = single.toFloatArray();
            }
            int size = (int) channels * height * width;
            for (int start = 0; start < values.length; start += size) {
                add(image(values, start, (int) channels, height, width));
            }
            return this;
        }

        /**
         * Adds 8-bit images, which are copied.
         *
         * @param batch images of one size
         * @return this
         * @throws IllegalArgumentException if a size differs from earlier images
         */
        public Builder images(List<PixelImage> batch) {
            for (PixelImage image : batch) {
                BufferedImage copy =
                        new BufferedImage(
                                image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
                for (int i = 0; i < image.width() * image.height(); i++) {
                    int at = i * image.channels();
                    int step = image.channels() == 1 ? 0 : 1;
                    int red = image.pixels()[at] & 0xFF;
                    int green = image.pixels()[at + step] & 0xFF;
                    int blue = image.pixels()[at + 2 * step] & 0xFF;
                    copy.setRGB(
                            i % image.width(), i / image.width(), red << 16 | green << 8 | blue);
                }
                add(copy);
            }
            return this;
        }

        private void add(BufferedImage image) {
            if (!images.isEmpty()
                    && (images.get(0).getWidth() != image.getWidth()
                            || images.get(0).getHeight() != image.getHeight())) {
                throw new IllegalArgumentException(
                        "expected images of one size, found %d x %d at index %d after %d x %d"
                                .formatted(
                                        image.getHeight(),
                                        image.getWidth(),
                                        images.size(),
                                        images.get(0).getHeight(),
                                        images.get(0).getWidth()));
            }
            images.add(image);
        }

        private BufferedImage image(
                float[] values, int start, int channels, int height, int width) {
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            int plane = height * width;
            for (int i = 0; i < plane; i++) {
                int rgb = 0;
                for (int c = 0; c < 3; c++) {
                    float value = values[start + (channels == 1 ? 0 : c) * plane + i];
                    if (Float.isNaN(value)) {
                        throw new IllegalArgumentException(
                                "expected pixels in [0, 1], found NaN in image %d at row %d, column %d"
                                        .formatted(images.size(), i / width, i % width));
                    }
                    rgb = rgb << 8 | Math.round(Math.min(Math.max(value, 0), 1) * 255);
                }
                image.setRGB(i % width, i / width, rgb);
            }
            return image;
        }

        /**
         * How many images stand side by side.
         *
         * @param columns at least 1; default the root of the number of images, rounded up
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder columns(int columns) {
            this.columns = IntRange.atLeastOne("columns", columns);
            return this;
        }

        /**
         * How often each pixel is repeated in both directions.
         *
         * @param scale at least 1; default such that the longer side has at least 64 pixels
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder scale(int scale) {
            this.scale = IntRange.atLeastOne("scale", scale);
            return this;
        }

        /**
         * The white space around each image.
         *
         * @param pixels at least 0; default 2
         * @return this
         * @throws IllegalArgumentException if negative
         */
        public Builder gap(int pixels) {
            gap = IntRange.atLeast(0, "gap", pixels);
            return this;
        }

        /**
         * Text to the left of the rows.
         *
         * @param labels one a row, or empty (the default)
         * @return this
         */
        public Builder rowLabels(List<String> labels) {
            rowLabels = List.copyOf(labels);
            return this;
        }

        /**
         * Text above the columns, shortened where it does not fit.
         *
         * @param labels one a column, or empty (the default)
         * @return this
         */
        public Builder columnLabels(List<String> labels) {
            columnLabels = List.copyOf(labels);
            return this;
        }

        /**
         * Makes the grid.
         *
         * @return an immutable picture
         * @throws IllegalStateException if there is no image, or labels do not fit the rows or
         *     columns
         */
        public ImageGrid build() {
            if (images.isEmpty()) {
                throw new IllegalStateException("expected at least one image, found none");
            }
            int across = columns > 0 ? columns : (int) Math.ceil(Math.sqrt(images.size()));
            int rows = (images.size() + across - 1) / across;
            requireLabels("rowLabels", rowLabels, rows);
            requireLabels("columnLabels", columnLabels, across);
            int longest = Math.max(images.get(0).getWidth(), images.get(0).getHeight());
            int visible = (VISIBLE_PIXELS + longest - 1) / longest;
            return new ImageGrid(this, across, scale > 0 ? scale : visible);
        }

        private static void requireLabels(String field, List<String> labels, int count) {
            if (!labels.isEmpty() && labels.size() != count) {
                throw new IllegalStateException(
                        "%s: expected %d or none, found %d".formatted(field, count, labels.size()));
            }
        }
    }
}
