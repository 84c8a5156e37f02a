package org.soda4j.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.soda4j.Soda;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.engine.Operators;
import org.soda4j.latent.LatentLayout;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.checkpoint.Retention;
import org.soda4j.training.optimizer.LossScale;
import org.soda4j.training.run.RunFolder;

/** The training whose files {@link ReleasedFormatsTest} reads, and the program that wrote them. */
final class FormatFiles {

    static final List<Double> LOSSES_3_AND_4 = List.of(1.2917951345443726, 1.341457724571228);
    static final double[] LATENT = {-0.04144308, -0.15262775, 0.0019498559, 0.0023890557};

    private FormatFiles() {}

    /** As small as the channels of the norms allow. */
    static Soda model() {
        return Soda.builder()
                .device(Device.cpu())
                .encoder(ResNetEncoder.builder().widthMultiplier(0.0625).smallImages(true).build())
                .latent(LatentLayout.of(4))
                .denoiser(
                        UNetDenoiser.builder()
                                .imageShape(3, TinyTraining.SIZE, TinyTraining.SIZE)
                                .channels(32)
                                .multipliers(1)
                                .attention()
                                .blocks(1)
                                .dropout(0)
                                .build())
                .seed(3)
                .build();
    }

    static SodaTrainer.Builder trainer(Soda soda, NDManager manager, Path run) {
        SodaTrainer.Builder builder =
                TinyTraining.trainer(soda, TinyTraining.data(manager, 12))
                        .steps(4)
                        .retention(new Retention(1, 0))
                        .checkpointEveryEpochs(0)
                        .folder(run);
        // Float32, so that the losses are the same on other processors; with the state of float16.
        builder.lossScale = precision -> LossScale.dynamic(1024, 1);
        return builder;
    }

    /**
     * Writes the files of the present version, and what is expected of them. Weights and moments
     * are patterns, so that the files compress.
     *
     * @param args the folder
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Path run = folder.resolve("run");
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = model()) {
            trainer(soda, manager, run).listener(TinyTraining.stopAfter(2)).build().fit();
            CheckpointStore store =
                    CheckpointStore.open(RunFolder.checkpoints(run), new Retention(1, 0));
            Checkpoint trained = store.newestValid().orElseThrow();
            Map<String, Map<String, NDArray>> groups = new TreeMap<>();
            for (String group : List.of("model", "ema", "optimizer")) {
                Map<String, NDArray> arrays = trained.load(group, manager);
                arrays.replaceAll(FormatFiles::pattern);
                groups.put(group, arrays);
            }
            store.save(2, groups, trained.state(RunPosition.class));
            soda.parameters()
                    .forEach((name, array) -> Operators.copy(array, groups.get("model").get(name)));
            soda.save(folder.resolve("model"));
            float[] pixels = TinyTraining.pixels(1, 1);
            System.out.println(
                    "LATENT "
                            + Arrays.toString(
                                    soda.encode(TinyTraining.images(manager, pixels))
                                            .toFloatArray()));
        }
        zip(folder, Path.of(args[1]));
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = model()) {
            System.out.println("LOSSES " + TinyTraining.losses(trainer(soda, manager, run)));
        }
    }

    private static NDArray pattern(String name, NDArray array) {
        if (name.startsWith("exp_avg.")) {
            return array.zerosLike().add(1e-3);
        }
        if (name.startsWith("exp_avg_sq.")) {
            return array.zerosLike().add(1e-6);
        }
        if (array.getShape().dimension() < 2) {
            return array;
        }
        float[] values = new float[Math.toIntExact(array.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 7 - 3) * 0.02f;
        }
        return array.getManager().create(values, array.getShape());
    }

    /** What belongs to a format, and nothing that tells of the machine. */
    private static void zip(Path folder, Path target) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target));
                Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = folder.relativize(file).toString();
                if (Files.isRegularFile(file)
                        && !name.matches("run/(run.lock|environment.json|events/.*|model/.*)")) {
                    out.putNextEntry(new ZipEntry(name));
                    Files.copy(file, out);
                }
            }
        }
    }

    /** Unpacks files of a version. */
    static void unzip(Path zip, Path folder) throws IOException {
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(in, file);
            }
        }
    }
}
