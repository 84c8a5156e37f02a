package org.soda4j.examples.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.benchmark.FlopCount;
import org.soda4j.benchmark.MatrixPeak;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;

/** Times training steps, encodings or guided sampling steps of a model on random images. */
public final class ModelBenchmark {

    /** What is timed. */
    public enum Work {
        TRAIN,
        ENCODE,
        SAMPLE
    }

    /** Of one drawing. */
    private static final int STEPS = 10;

    private final RunConfig config;
    private final Precision precision;
    private final int batch;
    private final Supplier<StepClock> clocks;
    private final Device device;
    private Integer onnxThreads;

    /** Steps on a device; {@code clocks} says which are timed. */
    public ModelBenchmark(
            RunConfig config,
            Precision precision,
            int batch,
            Supplier<StepClock> clocks,
            Device device) {
        this.config = config;
        this.precision = precision;
        this.batch = batch;
        this.clocks = clocks;
        this.device = device;
    }

    /**
     * Encodes by ONNX Runtime, which has to be on the class path, instead of by this library.
     *
     * @param threads of an operator; 0: as the runtime decides
     */
    public ModelBenchmark byOnnx(int threads) {
        onnxThreads = threads;
        return this;
    }

    /** Measures. */
    public ModelSpeed measure(Work work) {
        double peak;
        Long memory;
        List<Double> seconds;
        try (Soda soda =
                        Soda.builder()
                                .config(config.model())
                                .precision(precision)
                                .device(device)
                                .build();
                NDManager manager = NDManager.newBaseManager(soda.device())) {
            StepClock clock = clocks.get();
            switch (work) {
                case TRAIN -> train(soda, manager, clock);
                case ENCODE -> {
                    if (onnxThreads == null) {
                        encode(soda, manager, clock);
                    } else {
                        encodeByOnnx(soda, manager, clock);
                    }
                }
                case SAMPLE -> sample(soda, manager, clock);
            }
            seconds = clock.times();
            memory = peakResidentMegabytes();
            peak = MatrixPeak.measure(soda.device(), precision);
        }
        FlopCount count = FlopCount.of(config.model());
        double flops =
                switch (work) {
                    case TRAIN -> count.train();
                    case ENCODE -> count.encode();
                    // With and without the latent.
                    case SAMPLE -> 2 * count.denoise();
                };
        double median = batch / seconds.get(seconds.size() / 2);
        return new ModelSpeed(
                onnxThreads == null ? ModelSpeed.SODA : "ONNX Runtime",
                work,
                precision,
                batch,
                batch / seconds.get(0),
                median,
                median * flops,
                peak,
                memory);
    }

    private NDArray images(NDManager manager, int count) {
        List<Integer> image = config.model().denoiser().imageShape();
        return manager.randomUniform(
                0, 1, new Shape(count, image.get(0), image.get(1), image.get(2)));
    }

    private void train(Soda soda, NDManager manager, StepClock clock) {
        ArrayDataset pairs =
                new ArrayDataset.Builder()
                        .setData(images(manager, 2 * batch), images(manager, 2 * batch))
                        .setSampling(batch, false)
                        .build();
        SodaTrainer.builder(soda)
                .stopOnShutdown(true)
                .data(pairs)
                .batchSize(batch)
                .steps(clock.most())
                .precision(precision)
                .emaDecay(0.9)
                .listener(new ClockListener(clock))
                .build()
                .fit();
    }

    private void encode(Soda soda, NDManager manager, StepClock clock) {
        NDArray images = images(manager, batch);
        do {
            try (NDArray latents = soda.encodeNormalized(images)) {
                latents.toFloatArray(); // Waits for a GPU.
            }
        } while (clock.end());
    }

    private void encodeByOnnx(Soda soda, NDManager manager, StepClock clock) {
        NDArray images = images(manager, batch);
        float[] pixels = images.toFloatArray();
        long[] shape = images.getShape().getShape();
        try (OnnxEncoding encoding = new OnnxEncoding(soda, onnxThreads)) {
            do {
                encoding.encode(pixels, shape);
            } while (clock.end());
        }
    }

    /** The first of a drawing's steps is what encodes, too. */
    private void sample(Soda soda, NDManager manager, StepClock clock) {
        NDArray images = images(manager, batch);
        boolean[] more = {true};
        while (more[0]) {
            boolean[] first = {true};
            SamplingOptions options =
                    SamplingOptions.defaults()
                            .withSampler(DdimSampler.builder().steps(STEPS).build())
                            .withListener(
                                    step -> {
                                        step.image().sum().getFloat(); // Waits for a GPU.
                                        if (first[0]) {
                                            clock.begin();
                                        } else if (more[0]) {
                                            more[0] = clock.end();
                                        }
                                        first[0] = false;
                                    });
            soda.reconstruct(images, options).close();
        }
    }

    /** What Linux says of this process; null elsewhere. */
    private static Long peakResidentMegabytes() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return null;
        }
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }
}
