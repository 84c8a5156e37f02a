package org.soda4j.examples;

import ai.djl.training.dataset.Dataset;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.soda4j.data.dataset.FashionMnist;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.image.PixelImage;

/**
 * Makes the part of Fashion-MNIST that the examples carry as a resource: 1,000 training and 200
 * test images of every class, {@code subset(perClass, 0)} of the official files. Run it from the
 * IDE, or with the test class path, when the resource has to be made again; {@code
 * FashionMnistSubsetTest} holds the hashes of what must come out.
 */
public final class FashionMnistSubsetWriter {

    private FashionMnistSubsetWriter() {}

    /**
     * Writes the four files.
     *
     * @param args the folder with the official files, the folder to write to
     * @throws IOException if a file cannot be written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException(
                    "expected FOLDER-WITH-FASHION-MNIST OUTPUT-FOLDER, found "
                            + args.length
                            + " arguments");
        }
        write(Path.of(args[0]), Dataset.Usage.TRAIN, 1000, Path.of(args[1]), "train");
        write(Path.of(args[0]), Dataset.Usage.TEST, 200, Path.of(args[1]), "t10k");
    }

    private static void write(
            Path source, Dataset.Usage split, int perClass, Path target, String prefix)
            throws IOException {
        ImageDataset part =
                FashionMnist.builder().root(source).split(split).build().subset(perClass, 0);
        int size = Math.toIntExact(part.size());
        try (DataOutputStream out = open(target.resolve(prefix + "-images-idx3-ubyte.gz"))) {
            out.writeInt(0x00000803);
            out.writeInt(size);
            out.writeInt(part.image(0).height());
            out.writeInt(part.image(0).width());
            for (int i = 0; i < size; i++) {
                PixelImage image = part.image(i);
                out.write(image.pixels());
            }
        }
        try (DataOutputStream out = open(target.resolve(prefix + "-labels-idx1-ubyte.gz"))) {
            out.writeInt(0x00000801);
            out.writeInt(size);
            for (int i = 0; i < size; i++) {
                out.writeByte(part.label(i));
            }
        }
    }

    private static DataOutputStream open(Path file) throws IOException {
        return new DataOutputStream(new BestGzip(Files.newOutputStream(file)));
    }

    /**
     * Gzip at its best compression; without a time stamp, so that the same data give the same file.
     */
    private static final class BestGzip extends GZIPOutputStream {

        BestGzip(OutputStream out) throws IOException {
            super(out, 1 << 16);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
