package org.soda4j.eval;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** One file of every kind: formats, orientations, palettes, alpha, 16 bits, CMYK, sizes. */
public final class TestImageFiles {

    private static final Path DECODER_CASES =
            Path.of("../soda-core/src/test/resources/org/soda4j/image/images");

    private TestImageFiles() {}

    /** Fills a folder; returns its files in the order of a data set. */
    public static List<Path> copyTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> all = Files.list(DECODER_CASES)) {
            for (Path file : all.toList()) {
                if (!file.toString().matches(".*\\.(rgb|grey|txt)")) {
                    Files.copy(file, folder.resolve(file.getFileName()));
                }
            }
        }
        write(folder.resolve("wide.png"), 200, 61);
        write(folder.resolve("high.png"), 30, 99);
        write(folder.resolve("small.png"), 5, 9);
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private static void write(Path file, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, i * 0x10305);
        }
        ImageIO.write(image, "png", file.toFile());
    }
}
