package org.soda4j.eval.plot;

import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A table of numbers as colours, dark for low and light for high, with the numbers in the cells;
 * such as an accuracy for every block and noise step.
 *
 * <pre>{@code
 * HeatMap.builder().title("Linear probe").rows("block", List.of("up.0", "up.1"))
 *         .columns("t", List.of("50", "100")).values(accuracies).build().save(path);
 * }</pre>
 */
public final class HeatMap implements Picture {

    private static final int CELL_WIDTH = 58;
    private static final int CELL_HEIGHT = 34;
    private static final int GAP = 8;

    /** Above this brightness of 0 to 255, black text reads better than white. */
    private static final int BRIGHT = 128;

    private final Builder settings;

    private HeatMap(Builder settings) {
        this.settings = settings;
    }

    /**
     * Starts an empty map.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public BufferedImage toImage() {
        FontMetrics metrics = Canvas.metrics();
        int line = metrics.getHeight();
        int widest = metrics.stringWidth(settings.rowAxis);
        for (String row : settings.rows) {
            widest = Math.max(widest, metrics.stringWidth(row));
        }
        int cellWidth =
                settings.columns.stream()
                        .mapToInt(column -> metrics.stringWidth(column) + GAP)
                        .reduce(CELL_WIDTH, Math::max);
        int left = widest + 2 * GAP;
        int top = GAP + (settings.title.isEmpty() ? 0 : line + GAP) + 2 * line;
        int axisMiddle = left + settings.columns.size() * cellWidth / 2;
        int width =
                Math.max(
                                left + settings.columns.size() * cellWidth,
                                axisMiddle + (metrics.stringWidth(settings.columnAxis) + 1) / 2)
                        + GAP;
        return Canvas.draw(
                Math.max(width, metrics.stringWidth(settings.title) + 2 * GAP),
                top + settings.rows.size() * CELL_HEIGHT + GAP,
                graphics -> {
                    graphics.setFont(Canvas.FONT);
                    graphics.drawString(settings.title, GAP, GAP + metrics.getAscent());
                    graphics.drawString(settings.rowAxis, GAP, top - metrics.getDescent());
                    int axis = top - line - metrics.getDescent();
                    centre(graphics, settings.columnAxis, axisMiddle, axis);
                    drawCells(graphics, metrics, left, top, cellWidth);
                });
    }

    private void drawCells(
            Graphics2D graphics, FontMetrics metrics, int left, int top, int cellWidth) {
        double low = Arrays.stream(settings.values).flatMapToDouble(Arrays::stream).min().orElse(0);
        double high =
                Arrays.stream(settings.values).flatMapToDouble(Arrays::stream).max().orElse(0);
        int baseline = (CELL_HEIGHT + metrics.getAscent() - metrics.getDescent()) / 2;
        for (int j = 0; j < settings.columns.size(); j++) {
            int middle = left + j * cellWidth + cellWidth / 2;
            centre(graphics, settings.columns.get(j), middle, top - metrics.getDescent());
        }
        for (int i = 0; i < settings.rows.size(); i++) {
            int y = top + i * CELL_HEIGHT;
            graphics.setColor(Color.BLACK);
            graphics.drawString(settings.rows.get(i), GAP, y + baseline);
            for (int j = 0; j < settings.columns.size(); j++) {
                int x = left + j * cellWidth;
                double value = settings.values[i][j];
                Color colour = Palette.of(high > low ? (value - low) / (high - low) : 0.5);
                graphics.setColor(colour);
                graphics.fillRect(x, y, cellWidth - 1, CELL_HEIGHT - 1);
                graphics.setColor(Palette.brightness(colour) > BRIGHT ? Color.BLACK : Color.WHITE);
                String text = String.format(Locale.ROOT, "%." + settings.decimals + "f", value);
                centre(graphics, text, x + cellWidth / 2, y + baseline);
            }
        }
    }

    private static void centre(Graphics2D graphics, String text, int x, int baseline) {
        graphics.drawString(text, x - graphics.getFontMetrics().stringWidth(text) / 2, baseline);
    }

    /** The numbers and the look of a heat map. */
    public static final class Builder {

        private String title = "";
        private String rowAxis = "";
        private String columnAxis = "";
        private List<String> rows = List.of();
        private List<String> columns = List.of();
        private double[][] values = {};
        private int decimals = 2;

        private Builder() {}

        /**
         * The line above the map.
         *
         * @param title default none
         * @return this
         */
        public Builder title(String title) {
            this.title = title;
            return this;
        }

        /**
         * The rows, from above.
         *
         * @param axis what they are, may be empty
         * @param labels one a row
         * @return this
         */
        public Builder rows(String axis, List<String> labels) {
            rowAxis = axis;
            rows = List.copyOf(labels);
            return this;
        }

        /**
         * The columns, from the left.
         *
         * @param axis what they are, may be empty
         * @param labels one a column
         * @return this
         */
        public Builder columns(String axis, List<String> labels) {
            columnAxis = axis;
            columns = List.copyOf(labels);
            return this;
        }

        /**
         * The numbers.
         *
         * @param table {@code [rows][columns]}, finite; copied
         * @return this
         * @throws IllegalArgumentException if a number is not finite
         */
        public Builder values(double[][] table) {
            for (int i = 0; i < table.length; i++) {
                for (int j = 0; j < table[i].length; j++) {
                    if (!Double.isFinite(table[i][j])) {
                        throw new IllegalArgumentException(
                                "expected finite values, found %s at row %d, column %d"
                                        .formatted(table[i][j], i, j));
                    }
                }
            }
            values = Arrays.stream(table).map(double[]::clone).toArray(double[][]::new);
            return this;
        }

        /**
         * How the numbers are written.
         *
         * @param decimals digits after the point, 0 to 6; default 2
         * @return this
         * @throws IllegalArgumentException if outside
         */
        public Builder decimals(int decimals) {
            if (decimals < 0 || decimals > 6) {
                throw new IllegalArgumentException("expected 0 to 6 decimals, found " + decimals);
            }
            this.decimals = decimals;
            return this;
        }

        /**
         * Makes the map.
         *
         * @return an immutable picture
         * @throws IllegalStateException if the numbers do not fit the labels, or there are none
         */
        public HeatMap build() {
            boolean fits = !rows.isEmpty() && !columns.isEmpty() && values.length == rows.size();
            for (double[] row : values) {
                fits &= row.length == columns.size();
            }
            if (!fits) {
                throw new IllegalStateException(
                        "expected %d x %d values, one a pair of labels, found %d rows of %s"
                                .formatted(
                                        rows.size(),
                                        columns.size(),
                                        values.length,
                                        Arrays.toString(
                                                Arrays.stream(values)
                                                        .mapToInt(row -> row.length)
                                                        .distinct()
                                                        .toArray())));
            }
            Builder copy = new Builder();
            copy.title = title;
            copy.rowAxis = rowAxis;
            copy.columnAxis = columnAxis;
            copy.rows = rows;
            copy.columns = columns;
            copy.values = values;
            copy.decimals = decimals;
            return new HeatMap(copy);
        }
    }
}
