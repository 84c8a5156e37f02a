package org.soda4j.examples;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.soda4j.Soda;
import org.soda4j.training.RunConfig;
import org.soda4j.training.RunControl;
import org.soda4j.training.RunEvent;
import org.soda4j.training.RunListener;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a training would do, without doing it. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "The dry run of train: effective configuration, parameters, sections of the latent,"
                        + " memory, steps.")
public final class Describe implements Callable<Integer> {

    private static final int WARM_UP_STEPS = 2;
    private static final int MEASURED_STEPS = 3;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Mixin private ConfigOptions options;

    @Option(
            names = "--image-count",
            paramLabel = "N",
            description = "Images of the data set (default: those of the preset's).")
    private Integer imageCount;

    @Option(
            names = "--measure",
            description = "Also trains a few steps on noise, and tells how long all would take.")
    private boolean measure;

    @Option(names = "--device", paramLabel = "NAME", description = "cpu, gpu0, gpu1, ...")
    private String device;

    @Override
    public Integer call() throws IOException {
        RunConfig config = options.read(spec.commandLine());
        Device where = TrainingProgram.device(device);
        PrintWriter out = spec.commandLine().getOut();
        out.println(config.toYaml().strip());
        out.println();
        try (Soda soda = Soda.builder().config(config.model()).device(where).build()) {
            out.println(soda.describe());
            long parameters =
                    soda.describe().parameters().values().stream().mapToLong(n -> n).sum();
            out.println(MemoryEstimate.of(config, parameters));
            long steps = steps(config.training(), out);
            if (measure) {
                Duration step = measureStep(soda, config.training());
                out.printf(
                        "%d ms a step on %s, %s in all%n",
                        step.toMillis(), where, time(step.multipliedBy(steps)));
            }
        }
        out.flush();
        return 0;
    }

    private long steps(TrainingConfig training, PrintWriter out) {
        int images = imageCount == null ? officialSize() : imageCount;
        long perEpoch = images / training.batchSize();
        if (perEpoch < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--image-count: expected at least the batch size %d, found %d"
                            .formatted(training.batchSize(), images));
        }
        long steps = training.length().steps(perEpoch, training.batchSize());
        out.printf("%d images, %d steps an epoch, %d steps in all%n", images, perEpoch, steps);
        return steps;
    }

    private int officialSize() {
        if (options.preset() == null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--config: expected --image-count too");
        }
        return TrainingImages.officialSize(TrainingImages.kindOfPreset(options.preset()));
    }

    /** The shortest of a few steps, as whatever else the machine does can only add. */
    private static Duration measureStep(Soda soda, TrainingConfig training) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        Shape all = new Shape(training.batchSize(), shape.get(0), shape.get(1), shape.get(2));
        long[] nanos = {0, Long.MAX_VALUE};
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray pixels = manager.randomUniform(0, 1, all);
            ArrayDataset noise =
                    new ArrayDataset.Builder()
                            .setData(pixels, pixels)
                            .setSampling(training.batchSize(), false)
                            .build();
            SodaTrainer.builder(soda)
                    .config(training)
                    .steps(WARM_UP_STEPS + MEASURED_STEPS)
                    .emaWarmup(true)
                    .data(noise)
                    .listener(
                            new RunListener() {
                                @Override
                                public void begin(RunEvent.Begin begin, RunControl control) {
                                    nanos[0] = System.nanoTime();
                                }

                                @Override
                                public void step(RunEvent.Step step) {
                                    long now = System.nanoTime();
                                    if (step.step() > WARM_UP_STEPS) {
                                        nanos[1] = Math.min(nanos[1], now - nanos[0]);
                                    }
                                    nanos[0] = now;
                                }
                            })
                    .build()
                    .fit();
        }
        return Duration.ofNanos(nanos[1]);
    }

    private static String time(Duration time) {
        return time.toDays() > 0
                ? "%d days %d hours".formatted(time.toDays(), time.toHoursPart())
                : "%d:%02d:%02d"
                        .formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Describe(), args));
    }
}
