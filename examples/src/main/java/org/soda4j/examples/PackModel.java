package org.soda4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.eval.feature.ImageBatches;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a small archive of a saved model, as the models in soda-models are. */
@Command(
        name = "pack-model",
        description = {
            "Packs a saved model into a zip that soda4j and DJL open: kernels in float16, rounded"
                    + " so that they compress, all else as it is.",
            "  pack-model RUN/model --card CARD.md --images FOLDER --out photos-32.zip"
        })
final class PackModel extends Program {

    private static final int FLOAT_BITS = 24;
    private static final float LARGEST = 65504;

    @Parameters(paramLabel = "MODEL", description = "Folder that Soda.save or a training wrote.")
    private Path model;

    @Option(
            names = "--card",
            required = true,
            paramLabel = "FILE",
            description = "What to say of the model, in Markdown; becomes README.md.")
    private Path card;

    @Option(
            names = "--images",
            required = true,
            paramLabel = "FOLDER",
            description =
                    "Image files. Some are encoded and drawn again; what is drawn, and none of the"
                            + " files, becomes the archive's gallery.")
    private Path images;

    @Option(names = "--count", defaultValue = "96", description = "Images of the gallery.")
    private int count;

    @Option(
            names = "--bits",
            defaultValue = "7",
            description = "Significant bits of a weight, 4 to 11; float16 has 11.")
    private int bits;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The archive.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        if (bits < 4 || bits > 11) {
            throw refusal("--bits: expected 4 to 11, found " + bits);
        }
        OutputCheck.file("--out", out);
        Path weights = Files.createTempFile("soda4j", ".safetensors");
        Path packed = Files.createTempFile("soda4j", ".zip");
        try {
            round(model.resolve("model.safetensors"), weights);
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(packed))) {
                zip.setLevel(9);
                add(zip, "README.md", Files.readAllBytes(card));
                for (String name : List.of("config.json", "serving.properties")) {
                    add(zip, name, Files.readAllBytes(model.resolve(name)));
                }
                add(zip, "model.safetensors", Files.readAllBytes(weights));
                addGallery(zip);
            }
            AtomicFile.write(out, Files.readAllBytes(packed));
            print(
                    String.format(
                            Locale.ROOT,
                            "%,d bytes: %s",
                            Files.size(out),
                            out.toAbsolutePath().normalize()));
        } finally {
            Files.delete(weights);
            Files.delete(packed);
        }
        return 0;
    }

    private void addGallery(ZipOutputStream zip) throws IOException {
        try (Soda soda = Soda.load(model);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ImageDataset all =
                    ImageFolder.builder()
                            .root(images)
                            .preparation(soda.config().preparation())
                            .build();
            int shown = (int) Math.min(count, all.size());
            int[] spread =
                    IntStream.range(0, shown).map(i -> (int) (i * all.size() / shown)).toArray();
            NDArray originals =
                    ImageBatches.resized(all.select(spread), soda).range(manager, 0, shown);
            NDArray drawn = soda.reconstruct(originals);
            for (int i = 0; i < shown; i++) {
                NDArray image = drawn.get(i).expandDims(0);
                add(
                        zip,
                        "gallery/%03d.png".formatted(i),
                        ImageGrid.builder().images(image).gap(0).scale(1).build().toPng());
            }
        }
    }

    private void round(Path from, Path to) throws IOException {
        try (SafetensorsFile file = Safetensors.open(from);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : file.names()) {
                NDArray whole = file.read(name, manager);
                boolean kernel =
                        whole.getShape().dimension() > 1 && whole.getDataType() == DataType.FLOAT32;
                tensors.put(name, kernel ? rounded(name, whole, manager) : whole);
            }
            Safetensors.write(to, tensors, file.metadata());
        }
    }

    private NDArray rounded(String name, NDArray whole, NDManager manager) {
        float[] values = whole.toFloatArray();
        int dropped = FLOAT_BITS - bits;
        for (int i = 0; i < values.length; i++) {
            if (!(Math.abs(values[i]) < LARGEST)) {
                throw new IllegalArgumentException(
                        "%s: expected numbers that float16 holds, found %s at index %d"
                                .formatted(name, values[i], i));
            }
            int raw = Float.floatToRawIntBits(values[i]) + (1 << dropped - 1);
            values[i] = Float.intBitsToFloat(raw & -(1 << dropped));
        }
        return manager.create(values, whole.getShape()).toType(DataType.FLOAT16, false);
    }

    /** With the same bytes for the same files: without their times. */
    private static void add(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new PackModel(), args));
    }
}
