package org.soda4j.examples.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Fields of a configuration that are changed on the command line. */
public final class Assignments {

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--set",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "PATH=VALUE",
            description =
                    "Changes one field, such as model.denoiser.channels=32; may be repeated. Default: nothing is changed.")
    private List<String> set = new ArrayList<>();

    /** Returns the assignments; what is none ends the command with exit code 2. */
    public List<String> all() {
        for (String one : set) {
            if (one.indexOf('=') < 1) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(),
                        "--set: expected PATH=VALUE, for example training.batchSize=64, found "
                                + one);
            }
        }
        return List.copyOf(set);
    }
}
