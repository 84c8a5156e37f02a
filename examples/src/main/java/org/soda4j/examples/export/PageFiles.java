package org.soda4j.examples.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.PixelImage;
import org.soda4j.io.AtomicFile;

/** The page that encodes images in a browser, and what it needs beside the encoder. */
public final class PageFiles {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> OWN = List.of("index.html", "page.css", "page.js");

    /** What the page loads of the npm package onnxruntime-web. */
    private static final List<String> RUNTIME =
            List.of("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm");

    private PageFiles() {}

    /**
     * Finds the runtime's files.
     *
     * @param web the unpacked package, or its folder dist
     * @throws IOException that says what is missing and how to get it
     */
    public static Path runtime(Path web) throws IOException {
        for (Path folder : List.of(web, web.resolve("dist"), web.resolve("package/dist"))) {
            if (RUNTIME.stream().allMatch(name -> Files.isRegularFile(folder.resolve(name)))) {
                return folder;
            }
        }
        throw new FileNotFoundException(
                "--web: expected the unpacked npm package onnxruntime-web, with %s, found %s; npm pack onnxruntime-web@1.22.0 and tar -xzf fetch it"
                        .formatted(RUNTIME.get(0), web));
    }

    /** Writes the page, the gallery's pictures and features, and the runtime. */
    public static void write(Path folder, Path runtime, Soda soda, ImageDataset images)
            throws IOException {
        Files.createDirectories(folder.resolve("ort"));
        for (String name : RUNTIME) {
            Files.copy(
                    runtime.resolve(name),
                    folder.resolve("ort").resolve(name),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        for (String name : OWN) {
            AtomicFile.write(folder.resolve(name), resource(name));
        }
        writeGallery(folder, soda, images);
    }

    /** The features are those that search gains most from, where the model has statistics. */
    private static void writeGallery(Path folder, Soda soda, ImageDataset images)
            throws IOException {
        FeatureExtractor extractor = FeatureExtractor.of(soda);
        FeatureSet features = extractor.extract(images);
        ObjectNode gallery = JSON.createObjectNode();
        gallery.put("output", extractor.output() == Output.JOINED ? "standardized" : "latent");
        ImagePreparation preparation = soda.config().preparation();
        gallery.put("upright", preparation.upright());
        gallery.put("background", preparation.background());
        ArrayNode list = gallery.putArray("images");
        Files.createDirectories(folder.resolve("gallery"));
        for (int i = 0; i < features.size(); i++) {
            String file = "gallery/%d.png".formatted(i);
            AtomicFile.write(folder.resolve(file), png(images.image(i)));
            ObjectNode image = list.addObject();
            List<String> names = images.classNames();
            image.put("name", names.isEmpty() ? "image " + i : names.get(images.label(i)));
            image.put("source", file);
            ArrayNode numbers = image.putArray("features");
            for (float value : features.row(i)) {
                numbers.add(value);
            }
        }
        AtomicFile.write(folder.resolve("gallery.json"), JSON.writeValueAsBytes(gallery));
    }

    private static byte[] png(PixelImage image) throws IOException {
        int channels = image.channels();
        byte[] pixels = image.pixels();
        BufferedImage picture =
                new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < image.width() * image.height(); i++) {
            int red = pixels[i * channels] & 0xFF;
            int green = channels == 1 ? red : pixels[i * channels + 1] & 0xFF;
            int blue = channels == 1 ? red : pixels[i * channels + 2] & 0xFF;
            picture.setRGB(i % image.width(), i / image.width(), red << 16 | green << 8 | blue);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", out);
        return out.toByteArray();
    }

    /** Up to so many images, spread over all. */
    public static ImageDataset spread(ImageDataset images, int count) {
        int size = Math.toIntExact(images.size());
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < Math.min(count, size); i++) {
            chosen.add((int) ((long) i * size / Math.min(count, size)));
        }
        return images.select(chosen.stream().mapToInt(Integer::intValue).toArray());
    }

    /** A file that stands in the jar. */
    public static byte[] resource(String name) throws IOException {
        String path = "/org/soda4j/examples/export/" + name;
        try (InputStream in = PageFiles.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new FileNotFoundException(path);
            }
            return in.readAllBytes();
        }
    }
}
