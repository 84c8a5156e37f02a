package org.soda4j.examples;

import ai.djl.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import org.soda4j.ModelSummary;
import org.soda4j.Soda;
import org.soda4j.examples.benchmark.MemoryEstimate;
import org.soda4j.examples.benchmark.StepClock;
import org.soda4j.examples.cli.ConfigOptions;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.ThreadsOption;
import org.soda4j.examples.training.StepTime;
import org.soda4j.examples.training.TrainingImages;
import org.soda4j.training.RunConfig;
import org.soda4j.training.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a training would do, without doing it. */
@Command(
        name = "describe",
        sortOptions = false,
        description =
                "The dry run of train: effective configuration, parameters, sections of the latent,"
                        + " memory, steps.")
final class Describe extends Program {

    private static final double MEASURED_SECONDS = 4;

    @Mixin private ConfigOptions options;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Images of the data set. Default: those of the preset's data set.")
    private Integer count;

    @Option(
            names = "--measure",
            description =
                    "Also trains on noise for some seconds, and tells how long all would take.")
    private boolean measure;

    @Mixin private ThreadsOption threads;

    @Mixin private DeviceOption device;

    @Mixin private JsonOption json;

    /** What --json prints. */
    private record Answer(
            RunConfig config,
            long parameters,
            long stateBytes,
            long activationBytes,
            long steps,
            Double secondsPerStep) {}

    @Override
    public Integer call() throws IOException {
        RunConfig config = options.read();
        Device where = device.device();
        threads.set();
        PrintWriter out = json.text();
        out.println(config.toYaml().strip());
        out.println();
        try (Soda soda = Soda.builder().config(config.model()).device(where).build()) {
            ModelSummary summary = soda.describe();
            out.println(summary);
            MemoryEstimate memory = MemoryEstimate.of(config, summary.parameterCount());
            out.println(memory);
            Double seconds = null;
            long steps = steps(config.training(), out);
            if (measure) {
                Duration step =
                        StepTime.measure(
                                soda,
                                config.training(),
                                config.training().batchSize(),
                                StepClock.ofSeconds(MEASURED_SECONDS));
                seconds = step.toNanos() * 1e-9;
                out.printf(
                        "%d ms a step on %s, %s in all%n",
                        step.toMillis(),
                        DeviceOption.name(where),
                        StepTime.text(step.multipliedBy(steps)));
            }
            json.answer(
                    new Answer(
                            config,
                            summary.parameterCount(),
                            memory.stateBytes(),
                            memory.activationBytes(),
                            steps,
                            seconds));
        }
        out.flush();
        return 0;
    }

    private long steps(TrainingConfig training, PrintWriter out) {
        int images = count == null ? officialSize() : count;
        long perEpoch = training.stepsPerEpoch(images, 1);
        if (perEpoch < 1) {
            throw refusal(
                    "--count: expected at least the batch size %d, found %d"
                            .formatted(training.batchSize(), images));
        }
        long steps = training.length().steps(perEpoch, training.batchSize());
        out.printf("%d images, %d steps an epoch, %d steps in all%n", images, perEpoch, steps);
        return steps;
    }

    private int officialSize() {
        if (options.preset() == null) {
            throw refusal("--config: expected --count too");
        }
        return TrainingImages.officialSize(TrainingImages.kindOfPreset(options.preset()));
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
