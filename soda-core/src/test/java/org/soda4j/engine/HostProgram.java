package org.soda4j.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.dataset.ArrayDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.soda4j.Precision;
import org.soda4j.ProcessSettings;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LatentLayout;
import org.soda4j.training.EmaRamp;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/**
 * An application that embeds this library next to other users of DJL. Prints what changed of its
 * process, a line each: when, what, from, to. Arguments: a folder, and {@code true} to ask for what
 * the library does not do by itself.
 */
final class HostProgram {

    private static final int SIZE = 8;

    private final Path folder;
    private final boolean asks;
    private Map<String, String> before;
    private int checks;

    private HostProgram(Path folder, boolean asks) {
        this.folder = folder;
        this.asks = asks;
    }

    public static void main(String[] args) throws Exception {
        new HostProgram(Path.of(args[0]), Boolean.parseBoolean(args[1])).run();
    }

    private void run() throws Exception {
        useDjl();
        before = HostState.read();
        if (asks) {
            ProcessSettings.keepFreedMemory();
            ProcessSettings.nativeErrorsOnly();
        }
        Engine engine = Engine.getEngine("PyTorch");
        engine.setRandomSeed(7);
        String random = HostState.randomNumbers();
        engine.setRandomSeed(7);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                Soda soda = model()) {
            soda.save(folder.resolve("model"));
            loadEncodeSample(manager.ones(new Shape(1, 3, SIZE, SIZE)));
            check("loading, encoding and sampling");
            String after = HostState.randomNumbers();
            say("loading, encoding and sampling", "random numbers", random, after);
            train(soda, manager);
            check("training");
        }
        System.out.println(checks + " checks");
    }

    /** What DJL, its libraries and JNA do themselves at first is not ours. */
    private static void useDjl() throws ReflectiveOperationException {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray x = manager.ones(new Shape(2));
            x.setRequiresGradient(true);
            collector.backward(x.mul(x).sum());
        }
        HostState.read();
    }

    private static Soda model() {
        return Soda.builder()
                .device(Device.cpu())
                .encoder(ResNetEncoder.builder().widthMultiplier(0.125).smallImages(true).build())
                .latent(LatentLayout.of(8))
                .denoiser(
                        UNetDenoiser.builder()
                                .imageShape(3, SIZE, SIZE)
                                .channels(32)
                                .multipliers(1, 1)
                                .attention()
                                .blocks(1)
                                .build())
                .build();
    }

    private void loadEncodeSample(NDArray images) throws IOException {
        try (Soda soda = Soda.load(folder.resolve("model"))) {
            soda.reconstruct(images, SamplingOptions.defaults().withSteps(2)).close();
        }
        for (Precision low : List.of(Precision.BF16, Precision.FP16)) {
            try (Soda soda = Soda.load(folder.resolve("model"), Device.cpu(), low)) {
                soda.encode(images).close();
                soda.encode(images.repeat(0, 3)).close();
            }
        }
    }

    private void train(Soda soda, NDManager manager) {
        NDArray images = manager.ones(new Shape(8, 3, SIZE, SIZE));
        ArrayDataset data =
                new ArrayDataset.Builder().setData(images, images).setSampling(4, false).build();
        SodaTrainer.builder(soda)
                .data(data)
                .batchSize(4)
                .steps(3)
                .emaRamp(EmaRamp.TENTHS)
                .folder(folder.resolve("run"))
                .stopOnShutdown(asks)
                .listener(
                        new RunListener() {
                            @Override
                            public void step(RunEvent.Step step) {
                                check("a step");
                            }
                        })
                .build()
                .fit();
    }

    private void check(String when) {
        try {
            Map<String, String> now = HostState.read();
            checks++;
            Map<String, String> all = new TreeMap<>(before);
            all.putAll(now);
            all.keySet().forEach(key -> say(when, key, before.get(key), now.get(key)));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void say(String when, String what, String from, String to) {
        if (!String.valueOf(from).equals(to)) {
            System.out.printf("%s: %s: %s, then %s%n", when, what, from, to);
        }
    }
}
