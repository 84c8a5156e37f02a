package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.training.TrainingImages;
import org.soda4j.examples.training.TrainingProgram;
import org.soda4j.training.RunConfig;
import org.soda4j.training.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Goes on with a run that {@code train} started. */
@Command(
        name = "resume",
        description = "Goes on with a run from its newest checkpoint, as if it had not stopped.")
public final class Resume extends Program {

    @Parameters(paramLabel = "RUN", description = "Folder of a run that train started.")
    private Path run;

    @Mixin private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        RunConfig config = RunFolder.config(run, RunConfig.class);
        TrainingImages data = TrainingImages.ofRun(run);
        new TrainingProgram(writer(), config, data, run, device.device()).train();
        return 0;
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
