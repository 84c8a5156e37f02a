package org.soda4j.eval.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.function.Consumer;

/** White ground to draw on, and the font that is written in. */
final class Canvas {

    static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    private Canvas() {}

    /** Draws in black, with smooth text and pixels repeated where images are enlarged. */
    static BufferedImage draw(int width, int height, Consumer<Graphics2D> drawing) {
        BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = canvas.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, width, height);
            graphics.setRenderingHint(
                    RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setRenderingHint(
                    RenderingHints.KEY_INTERPOLATION,
                    RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
            graphics.setColor(Color.BLACK);
            drawing.accept(graphics);
        } finally {
            graphics.dispose();
        }
        return canvas;
    }

    /** How wide and high text is, before there is anything to draw it on. */
    static FontMetrics metrics() {
        Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        try {
            return graphics.getFontMetrics(FONT);
        } finally {
            graphics.dispose();
        }
    }
}
