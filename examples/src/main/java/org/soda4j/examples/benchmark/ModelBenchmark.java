package org.soda4j.examples.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.benchmark.FlopCount;
import org.soda4j.benchmark.MatrixPeak;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** Times training steps, encodings or guided sampling steps of a model on random images. */
public final class ModelBenchmark {

    /** What is timed. */
    public enum Work {
        TRAIN,
        ENCODE,
        SAMPLE
    }

    private final RunConfig config;
    private final Precision precision;
    private final int batch;
    private final int steps;
    private final Device device;
    private final List<Double> seconds = new ArrayList<>();
    private Integer onnxThreads;

    /** Steps that are timed, after one that is not, on a device. */
    public ModelBenchmark(
            RunConfig config, Precision precision, int batch, int steps, Device device) {
        this.config = config;
        this.precision = precision;
        this.batch = batch;
        this.steps = steps;
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
        try (Soda soda =
                        Soda.builder()
                                .config(config.model())
                                .precision(precision)
                                .device(device)
                                .build();
                NDManager manager = NDManager.newBaseManager(soda.device())) {
            switch (work) {
                case TRAIN -> train(soda, manager);
                case ENCODE -> {
                    if (onnxThreads == null) {
                        encode(soda, manager);
                    } else {
                        encodeByOnnx(soda, manager);
                    }
                }
                case SAMPLE -> sample(soda, manager);
            }
            memory = peakResidentMegabytes();
            peak = MatrixPeak.measure(soda.device(), precision);
        }
        Collections.sort(seconds);
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

    private void train(Soda soda, NDManager manager) {
        ArrayDataset pairs =
                new ArrayDataset.Builder()
                        .setData(images(manager, 2 * batch), images(manager, 2 * batch))
                        .setSampling(batch, false)
                        .build();
        SodaTrainer.builder(soda)
                .stopOnShutdown(true)
                .data(pairs)
                .batchSize(batch)
                .steps(steps + 1L)
                .precision(precision)
                .emaDecay(0.9)
                .listener(new StepTimes())
                .build()
                .fit();
    }

    private final class StepTimes implements RunListener {
        private long last;

        @Override
        public void step(RunEvent.Step step) {
            long now = System.nanoTime();
            if (step.step() > 1) {
                seconds.add((now - last) * 1e-9);
            }
            last = now;
        }
    }

    private void encode(Soda soda, NDManager manager) {
        NDArray images = images(manager, batch);
        for (int i = 0; i <= steps; i++) {
            long start = System.nanoTime();
            try (NDArray latents = soda.encodeNormalized(images)) {
                latents.toFloatArray(); // Waits for a GPU.
            }
            if (i > 0) {
                seconds.add((System.nanoTime() - start) * 1e-9);
            }
        }
    }

    private void encodeByOnnx(Soda soda, NDManager manager) {
        NDArray images = images(manager, batch);
        float[] pixels = images.toFloatArray();
        long[] shape = images.getShape().getShape();
        try (OnnxEncoding encoding = new OnnxEncoding(soda, onnxThreads)) {
            for (int i = 0; i <= steps; i++) {
                long start = System.nanoTime();
                encoding.encode(pixels, shape);
                if (i > 0) {
                    seconds.add((System.nanoTime() - start) * 1e-9);
                }
            }
        }
    }

    private void sample(Soda soda, NDManager manager) {
        long[] last = {0};
        SamplingOptions options =
                SamplingOptions.defaults()
                        .withSampler(DdimSampler.builder().steps(steps + 1).build())
                        .withListener(
                                step -> {
                                    step.image().sum().getFloat(); // Waits for a GPU.
                                    long now = System.nanoTime();
                                    if (last[0] != 0) {
                                        seconds.add((now - last[0]) * 1e-9);
                                    }
                                    last[0] = now;
                                });
        soda.reconstruct(images(manager, batch), options).close();
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
