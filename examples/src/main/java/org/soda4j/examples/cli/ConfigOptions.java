package org.soda4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.Precision;
import org.soda4j.training.RunConfig;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options that say what is trained; shared by the commands. */
public final class ConfigOptions {

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "cifar10, cifar100, tiny-imagenet, or paper-NAME of each. Default: none.")
    private String preset;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A configuration in YAML or JSON instead of a preset. Default: none.")
    private Path file;

    @Option(
            names = "--set",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "PATH=VALUE",
            description =
                    "Changes one field, such as model.denoiser.channels=32; may be repeated. Default: nothing is changed.")
    private List<String> set = new ArrayList<>();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Length of the training. Default: as configured.")
    private Long steps;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description = "FP32, BF16 or FP16. Default: as configured.")
    private Precision precision;

    public String preset() {
        return preset;
    }

    public boolean given() {
        return preset != null || file != null;
    }

    public boolean stepsGiven() {
        return steps != null;
    }

    /** Refuses what is no assignment, in the words of the command line. */
    public static void requireAssignments(CommandLine line, List<String> set) {
        for (String one : set) {
            if (one.indexOf('=') < 1) {
                throw new CommandLine.ParameterException(
                        line,
                        "--set: expected PATH=VALUE, for example training.batchSize=64, found "
                                + one);
            }
        }
    }

    /** What was set, in the words of the configuration. */
    public List<String> overrides() {
        requireAssignments(spec.commandLine(), set);
        List<String> all = new ArrayList<>(set);
        if (steps != null) {
            if (steps < 1) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--steps: expected at least 1, found " + steps);
            }
            all.add("training.steps=" + steps);
        }
        if (precision != null) {
            all.add("training.precision=" + precision);
        }
        return all;
    }

    /** The effective configuration; wrong options end the command with exit code 2. */
    public RunConfig read(CommandLine line) throws IOException {
        if ((preset == null) == (file == null)) {
            throw new CommandLine.ParameterException(
                    line,
                    "expected --preset or --config, found " + (preset == null ? "none" : "both"));
        }
        String[] overrides = overrides().toArray(String[]::new);
        try {
            return file == null
                    ? RunConfig.preset(preset, overrides)
                    : RunConfig.read(file, overrides);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(line, e.getMessage(), e);
        }
    }
}
