package org.soda4j.examples.export;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.latent.LayerModulation;
import org.soda4j.novelview.ViewConditioning;

/** A saved model, a run and a folder of images, all tiny. */
public final class ExportFixture {

    private static final int SIDE = 20;

    private final Path folder;

    /** Saves an untrained model of 16 x 16 pixels and four images of two colours. */
    public ExportFixture(Path folder) throws IOException {
        this.folder = folder;
        LayerModulation halves = LayerModulation.grouped(2);
        try (Soda soda = TinyModels.builder(12, 1, 1).modulation(halves).build()) {
            soda.save(model());
        }
        int[] colours = {0xC02010, 0xD83020, 0x20A030, 0x10C050};
        for (int i = 0; i < colours.length; i++) {
            Path directory = Files.createDirectories(pictures().resolve(i < 2 ? "red" : "green"));
            BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < SIDE * SIDE; p++) {
                image.setRGB(p % SIDE, p / SIDE, colours[i] + p % 8);
            }
            ImageIO.write(image, "png", directory.resolve(i + ".png").toFile());
        }
    }

    /** The saved model. */
    public Path model() {
        return folder.resolve("saved");
    }

    /** A saved model that sees cameras. */
    public Path modelWithCameras() throws IOException {
        Path saved = folder.resolve("cameras");
        try (Soda soda =
                TinyModels.builder(12, 1, 1).views(ViewConditioning.builder().build()).build()) {
            soda.save(saved);
        }
        return saved;
    }

    /** Four images in two classes. */
    public Path pictures() {
        return folder.resolve("pictures");
    }

    /** A run that ended, as export reads it. */
    public Path run() throws IOException {
        Path run = Files.createDirectories(folder.resolve("run"));
        Files.createDirectories(run.resolve("model"));
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(model().resolve(name), run.resolve("model").resolve(name));
        }
        Files.writeString(
                run.resolve("data.json"),
                "{\"kind\": \"images\", \"path\": \"%s\"}".formatted(pictures()));
        Files.writeString(
                run.resolve("metrics.jsonl"),
                """
                {"type":"evaluation","step":20,"epoch":1,"images":320,"knn.accuracy":0.25}
                {"type":"step","step":40,"epoch":2,"images":640,"loss":0.5}
                {"type":"evaluation","step":40,"epoch":2,"images":640,"knn.accuracy":0.5,"probe.knn":0.5,"probe.knn.pixels":0.25,"probe.chance":0.1}
                """);
        return run;
    }

    /** A folder whose files are named as those of onnxruntime-web, and hold nothing. */
    public Path runtimeOfNames() throws IOException {
        Path dist = Files.createDirectories(folder.resolve("npm/dist"));
        for (String name :
                new String[] {
                    "ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"
                }) {
            Files.writeString(dist.resolve(name), "");
        }
        return dist.getParent();
    }
}
