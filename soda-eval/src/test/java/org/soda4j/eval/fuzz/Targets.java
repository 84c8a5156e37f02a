package org.soda4j.eval.fuzz;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.soda4j.SodaConfig;
import org.soda4j.data.dataset.Cifar10;
import org.soda4j.data.dataset.FashionMnist;
import org.soda4j.data.dataset.SmallNorb;
import org.soda4j.data.dataset.TinyImageNet;
import org.soda4j.data.download.ZipUnpacking;
import org.soda4j.data.scene.NerfScenes;
import org.soda4j.data.scene.NmrScenes;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.report.RunHistory;
import org.soda4j.eval.report.RunSections;
import org.soda4j.fuzz.Target;
import org.soda4j.image.ImageDecoder;
import org.soda4j.io.DatasetException;
import org.soda4j.io.NpyArray;
import org.soda4j.io.NpzFile;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import org.soda4j.training.RunConfig;
import org.soda4j.training.checkpoint.CheckpointException;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.checkpoint.Retention;

/** All readers of files. */
final class Targets {

    private static final Set<Class<? extends Exception>> DATASET = Set.of(DatasetException.class);
    private static final Set<Class<? extends Exception>> IO = Set.of(IOException.class);
    private static final Set<Class<? extends Exception>> CONFIG =
            Set.of(IOException.class, IllegalArgumentException.class);

    private final Path folder;
    private final List<Target> targets = new ArrayList<>();

    private Targets(Path folder) {
        this.folder = folder;
    }

    /**
     * @param folder for files that stand beside those that are mutated
     */
    static List<Target> all(Path folder) throws IOException {
        Targets targets = new Targets(folder);
        targets.addImages();
        targets.addArchives();
        targets.addArrays();
        targets.addTexts();
        targets.addScenes();
        targets.addSmallNorb();
        targets.targets.addAll(ModelTargets.all(folder));
        return targets.targets;
    }

    private void add(
            String name,
            int inputs,
            List<byte[]> seeds,
            Target.Reader reader,
            Set<Class<? extends Exception>> documented) {
        add(name, inputs, seeds, UnaryOperator.identity(), reader, documented);
    }

    private void add(
            String name,
            int inputs,
            List<byte[]> seeds,
            UnaryOperator<byte[]> wrap,
            Target.Reader reader,
            Set<Class<? extends Exception>> documented) {
        boolean text = name.matches("(json|yaml|jsonl|lst|txt).*");
        targets.add(new Target(name, inputs, seeds, text, wrap, reader, documented));
    }

    private void addText(
            String name,
            int inputs,
            String seed,
            Target.Reader reader,
            Set<Class<? extends Exception>> documented) {
        add(name, inputs, List.of(seed.getBytes(StandardCharsets.UTF_8)), reader, documented);
    }

    private void addImages() throws IOException {
        ImageDecoder decoder = ImageDecoder.builder().maxPixels(1 << 20).build();
        ImageDecoder over = ImageDecoder.builder().maxPixels(1 << 20).background(0xffffff).build();
        Target.Reader reader =
                file -> {
                    decoder.decode(file);
                    over.decode(file);
                };
        for (String ending : List.of("jpg", "png", "gif", "bmp", "webp")) {
            add(ending, 2000, ValidFiles.images(ending), reader, DATASET);
        }
        add(
                "png with right checksums",
                2000,
                ValidFiles.images("png"),
                ValidFiles::withPngChecksums,
                reader,
                DATASET);
    }

    private void addArchives() throws IOException {
        Path labels = Files.write(folder.resolve("labels"), ValidFiles.idx(6));
        Target.Reader idx = file -> FashionMnist.builder().files(file, labels).build();
        List<byte[]> images = List.of(ValidFiles.idx(6, 5, 4));
        add("idx", 3000, images, idx, DATASET);
        add("gz of idx", 1000, List.of(ValidFiles.gzip(images.get(0))), idx, DATASET);
        add("gz of mutated idx", 1000, images, ValidFiles::gzip, idx, DATASET);
        byte[] cifar = new byte[10_000 * 3073];
        Target.Reader cifarReader =
                file -> Cifar10.builder().root(file).split(Dataset.Usage.TEST).build();
        byte[] tar = ValidFiles.tar("cifar-10-batches-bin/test_batch.bin", cifar);
        add("tar.gz", 60, List.of(ValidFiles.gzip(tar)), cifarReader, DATASET);
        add("tar", 60, List.of(tar), cifarReader, DATASET);
        byte[] small = ValidFiles.tar("cifar-10-batches-bin/test_batch.bin", new byte[3073]);
        add("tar of other size", 1000, List.of(small), cifarReader, DATASET);
        byte[] zip =
                ValidFiles.zip(
                        "set/a.txt",
                        "some text, some text, some text".getBytes(StandardCharsets.UTF_8));
        Path target = folder.resolve("set");
        add(
                "zip",
                2000,
                List.of(zip),
                file -> {
                    ZipUnpacking.unpack(file, target);
                    Files.walkFileTree(target, new DeletingVisitor());
                },
                DATASET);
    }

    private void addArrays() throws IOException {
        byte[] npz = ValidFiles.npz(folder);
        Target.Reader reader =
                file -> {
                    for (NpyArray array : NpzFile.read(file).values()) {
                        readAsAnything(array);
                    }
                };
        List<byte[]> npys = ValidFiles.npys(npz);
        add("npz", 3000, List.of(npz), reader, IO);
        UnaryOperator<byte[]> zip = npy -> ValidFiles.zip("x.npy", npy);
        add("npz of mutated npy", 3000, npys, zip, reader, IO);
        add("npz of features", 1000, List.of(npz), FeatureSet::load, CONFIG);
        UnaryOperator<byte[]> features = npy -> ValidFiles.zip("features.npy", npy);
        add("npz of mutated features", 1000, npys, features, FeatureSet::load, CONFIG);
        Path file = folder.resolve("valid.safetensors");
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray values = manager.create(new float[] {1, 2, 3, 4, 5, 6}).reshape(2, 3);
            NDArray labels = manager.create(new long[] {0, 1});
            Map<String, String> metadata =
                    Map.of("provenance", "{\"encoder\": \"x\"}", "class_names", "[\"a\", \"b\"]");
            Safetensors.write(file, Map.of("features", values, "labels", labels), metadata);
        }
        byte[] tensors = Files.readAllBytes(file);
        add("safetensors", 3000, List.of(tensors), Targets::readTensors, IO);
        add("safetensors of features", 1000, List.of(tensors), FeatureSet::load, CONFIG);
    }

    private static void readTensors(Path path) throws IOException {
        try (SafetensorsFile file = Safetensors.open(path)) {
            for (String name : file.names()) {
                file.shape(name);
                file.buffer(name);
            }
        }
    }

    /** What the array is not, it says. */
    private static void readAsAnything(NpyArray array) {
        for (Target.Reader reader :
                List.<Target.Reader>of(
                        unused -> array.toFloats(),
                        unused -> array.toDoubles(),
                        unused -> array.toLongs(),
                        unused -> array.toStrings())) {
            try {
                reader.read(null);
            } catch (IOException e) {
                // Documented; the caller knows the file.
                continue;
            } catch (Exception e) {
                throw new IllegalStateException("an array that cannot be had", e);
            }
        }
    }

    private void addTexts() throws IOException {
        SodaConfig config = SodaConfig.published();
        addText("json", 3000, config.toJson(), SodaConfig::read, CONFIG);
        addText("yaml", 2000, config.toYaml(), SodaConfig::read, CONFIG);
        addText("yaml of a run", 1000, RunConfig.presetText("cifar10"), RunConfig::read, CONFIG);
        addText(
                "jsonl",
                1000,
                "{\"type\": \"step\", \"step\": 1, \"loss\": 0.5}\n"
                        + "{\"type\": \"evaluation\", \"step\": 1, \"accuracy\": 0.25}\n",
                RunSections::curves,
                CONFIG);
        addText(
                "json of an environment",
                1000,
                "{\"starts\": [{\"java\": \"17\", \"time\": null, \"seed\": 3}]}",
                file -> {
                    Path environment = folder.resolve("environment.json");
                    Files.write(environment, Files.readAllBytes(file));
                    RunSections.provenance(folder);
                },
                CONFIG);
        addText(
                "json of the data of a run",
                1000,
                "{\"kind\": \"images\", \"path\": \"photos\", \"probeImages\": 9, \"images\": 20}",
                file -> {
                    Path run = Files.createDirectories(folder.resolve("run"));
                    Files.write(run.resolve("data.json"), Files.readAllBytes(file));
                    RunSections.report(run, RunHistory.read(run));
                },
                CONFIG);
        addManifest();
    }

    private void addManifest() throws IOException {
        Path checkpoints = folder.resolve("checkpoints");
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> weights = Map.of("w", manager.create(new float[] {1, 2}));
            CheckpointStore.open(checkpoints, Retention.ALL)
                    .save(5, Map.of("model", weights), Map.of("epoch", 1));
        }
        Path manifest = checkpoints.resolve("step-5/manifest.json");
        addText(
                "json of a manifest",
                1000,
                Files.readString(manifest),
                file -> {
                    Files.write(manifest, Files.readAllBytes(file));
                    CheckpointStore.readOnly(checkpoints).newestValid();
                },
                Set.of(CheckpointException.class));
    }

    private void addScenes() throws IOException {
        Path nerf = Files.createDirectories(folder.resolve("nerf/train"));
        byte[] png = ValidFiles.images("png").get(0);
        Files.write(nerf.resolve("r_0.png"), png);
        String transforms =
                "{\"camera_angle_x\": 0.69, \"frames\": [{\"file_path\": \"./train/r_0\","
                        + " \"transform_matrix\": [[1, 0, 0, 0], [0, 0.8, -0.6, -2],"
                        + " [0, 0.6, 0.8, 3], [0, 0, 0, 1]]}]}";
        addText(
                "json of a scene",
                2000,
                transforms,
                file -> {
                    Path json = nerf.resolveSibling("transforms_train.json");
                    Files.write(json, Files.readAllBytes(file));
                    NerfScenes.builder().root(nerf.getParent()).build();
                },
                DATASET);
        Path nmr = folder.resolve("nmr");
        Path object = Files.createDirectories(nmr.resolve("chair/a/image")).getParent();
        Files.write(object.resolve("image/0000.png"), png);
        byte[] cameras = ValidFiles.cameras(folder);
        Path list = nmr.resolve("chair/softras_train.lst");
        add(
                "npz of cameras",
                1500,
                List.of(cameras),
                file -> {
                    Files.writeString(list, "a\n");
                    Files.write(object.resolve("cameras.npz"), Files.readAllBytes(file));
                    NmrScenes.builder().root(nmr).build();
                },
                DATASET);
        addText(
                "lst",
                1000,
                "a\nb\n",
                file -> {
                    Files.write(list, Files.readAllBytes(file));
                    Files.write(object.resolve("cameras.npz"), cameras);
                    NmrScenes.builder().root(nmr).build();
                },
                DATASET);
        addTinyImageNet(png);
    }

    private void addTinyImageNet(byte[] png) throws IOException {
        Path root = folder.resolve("tiny-imagenet-200");
        for (String part : List.of("train/n01/images/n01_0.png", "val/images/val_0.png")) {
            Path file = root.resolve(part);
            Files.createDirectories(file.getParent());
            Files.write(file, png);
        }
        for (String name : List.of("val/val_annotations.txt", "words.txt")) {
            addText(
                    "txt of " + name,
                    1000,
                    "val_0.png\tn01\t0\t0\t62\t62\n",
                    file -> {
                        Files.writeString(
                                root.resolve("val/val_annotations.txt"), "val_0.png\tn01\n");
                        Files.write(root.resolve(name), Files.readAllBytes(file));
                        TinyImageNet.builder().root(root).split(Dataset.Usage.VALIDATION).build();
                    },
                    DATASET);
        }
    }

    /** Two images of 2 x 2, plain; the numbers beside them are right. */
    private void addSmallNorb() throws IOException {
        Path norb = Files.createDirectories(folder.resolve("norb"));
        String name = "smallnorb-5x46789x9x18x6x2x96x96-training-%s.mat";
        byte[] pixels = norbMatrix(0x1E3D4C55, new byte[16], 2, 2, 2, 2);
        byte[] categories = norbMatrix(0x1E3D4C54, new byte[8], 2);
        byte[] information = norbMatrix(0x1E3D4C54, new byte[32], 2, 4);
        Map<String, byte[]> parts = Map.of("dat", pixels, "cat", categories, "info", information);
        for (String part : List.of("dat", "cat", "info")) {
            add(
                    "mat of " + part,
                    1000,
                    List.of(parts.get(part)),
                    file -> {
                        for (Map.Entry<String, byte[]> each : parts.entrySet()) {
                            Path target = norb.resolve(name.formatted(each.getKey()));
                            boolean mutated = each.getKey().equals(part);
                            Files.write(
                                    target, mutated ? Files.readAllBytes(file) : each.getValue());
                        }
                        SmallNorb.builder().root(norb).build();
                    },
                    DATASET);
        }
    }

    private static byte[] norbMatrix(int magic, byte[] data, int... shape) {
        int sizes = Math.max(3, shape.length);
        ByteBuffer out =
                ByteBuffer.allocate(8 + 4 * sizes + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(magic).putInt(shape.length);
        for (int d = 0; d < sizes; d++) {
            out.putInt(d < shape.length ? shape[d] : 1);
        }
        return out.put(data).array();
    }
}
