package org.soda4j.eval.plot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.soda4j.io.AtomicFile;

/** Something that is drawn, without a display. */
public interface Picture {

    /**
     * Draws the picture.
     *
     * @return a new RGB image
     */
    BufferedImage toImage();

    /**
     * Draws the picture as a PNG file.
     *
     * @return the bytes of the file
     */
    default byte[] toPng() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(toImage(), "png", out)) {
                throw new IllegalStateException("expected a PNG writer in this Java, found none");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Draws the picture into a PNG file, whole or not at all.
     *
     * @param file the file to make or replace; its folder must exist
     * @throws IOException if it cannot be written; the old file, if any, is then untouched
     */
    default void save(Path file) throws IOException {
        AtomicFile.write(file, toPng());
    }
}
