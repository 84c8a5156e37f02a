package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.LiveOption;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.ThreadsOption;
import org.soda4j.examples.training.MinutesPlan;
import org.soda4j.examples.training.TrainingImages;
import org.soda4j.examples.training.TrainingProgram;
import org.soda4j.training.RunConfig;
import org.soda4j.training.TrainingSummary;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Goes on with a run that {@code train} started. */
@Command(
        name = "resume",
        description = "Goes on with a run from its newest checkpoint, as if it had not stopped.")
final class Resume extends Program {

    @Parameters(paramLabel = "RUN", description = "Folder of a run that train started.")
    private Path run;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description =
                    "Trains to so many steps in all, with those that were made. Default: as the run"
                            + " was started.")
    private Long steps;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Trains to so many epochs in all. Default: as the run was started.")
    private Long epochs;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description =
                    "Trains for about so many minutes more, as measured by some steps. Default: as"
                            + " the run was started.")
    private Integer minutes;

    @Mixin private LiveOption live;

    @Mixin private ThreadsOption threads;

    @Mixin private DeviceOption device;

    @Mixin private JsonOption json;

    @Override
    public Integer call() throws IOException {
        threads.set();
        RunConfig config = RunFolder.config(run, RunConfig.class);
        TrainingImages data = TrainingImages.ofRun(run);
        if (steps != null || epochs != null || minutes != null) {
            config = longer(config);
            RunFolder.replaceConfig(run, config);
        }
        TrainingProgram program =
                new TrainingProgram(json.text(), config, data, run, device.device())
                        .live(live.port());
        TrainingSummary summary = program.train();
        if (json.given()) {
            json.answer(program.answer(summary));
        }
        return 0;
    }

    /** A rate that falls as a cosine is that of the new length from here on. */
    private RunConfig longer(RunConfig config) throws IOException {
        if (Stream.of(steps, epochs, minutes).filter(Objects::nonNull).count() > 1) {
            throw refusal("expected one of --steps, --epochs and --minutes, found several");
        }
        String length;
        if (minutes != null) {
            requireAtLeast(1, "--minutes", minutes);
            List<Long> made = CheckpointStore.readOnly(RunFolder.checkpoints(run)).steps();
            long done = made.isEmpty() ? 0 : Collections.max(made);
            long more = MinutesPlan.steps(config, device.device(), Duration.ofMinutes(minutes));
            length = "steps=" + (done + more);
        } else {
            length = steps != null ? "steps=" + steps : "epochs=" + epochs;
        }
        return RunConfig.read(run.resolve("config.json"), "training." + length);
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Resume(), args));
    }
}
