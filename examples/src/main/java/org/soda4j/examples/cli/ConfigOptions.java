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
            description =
                    "cifar10, cifar100, tiny-imagenet, or paper-NAME of each; minutes-16, -32, -64 or"
                            + " hours-32, with -grey for one channel, for --images. Default: none.")
    private String preset;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A configuration in YAML or JSON instead of a preset. Default: none.")
    private Path file;

    @CommandLine.Mixin private Assignments set;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Length of the training. Default: as configured.")
    private Long steps;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Length of the training, instead of --steps. Default: as configured.")
    private Long epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Images of a step. Default: as configured.")
    private Integer batch;

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "Learning rate of the denoiser. Default: as configured.")
    private Double learningRate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of everything random. Default: as configured.")
    private Long seed;

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

    /** The option that sets the length, or none. */
    public String lengthOption() {
        return steps != null ? "--steps" : epochs != null ? "--epochs" : "";
    }

    /** Whether the length of the training is said, in whatever words. */
    public boolean lengthGiven() {
        return overrides().stream()
                .anyMatch(set -> set.matches("training\\.(length|steps|images|epochs)\\b.*"));
    }

    /** What was set, in the words of the configuration. */
    public List<String> overrides() {
        List<String> all = new ArrayList<>(set.all());
        if (steps != null) {
            if (steps < 1) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--steps: expected at least 1, found " + steps);
            }
            all.add("training.steps=" + steps);
        }
        if (epochs != null) {
            if (epochs < 1 || steps != null) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(),
                        "--epochs: expected at least 1, and no --steps, found " + epochs);
            }
            all.add("training.epochs=" + epochs);
        }
        if (batch != null) {
            all.add("training.batchSize=" + batch);
        }
        if (learningRate != null) {
            all.add("training.learningRate=" + learningRate);
        }
        if (seed != null) {
            all.add("training.seed=" + seed);
        }
        if (precision != null) {
            all.add("training.precision=" + precision);
        }
        return all;
    }

    /**
     * The effective configuration, with what a program adds to the overrides; wrong options end the
     * command with exit code 2.
     */
    public RunConfig read(String... more) throws IOException {
        if ((preset == null) == (file == null)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "expected --preset or --config, found " + (preset == null ? "none" : "both"));
        }
        List<String> all = overrides();
        all.addAll(List.of(more));
        String[] overrides = all.toArray(String[]::new);
        try {
            return file == null
                    ? RunConfig.preset(preset, overrides)
                    : RunConfig.read(file, overrides);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
