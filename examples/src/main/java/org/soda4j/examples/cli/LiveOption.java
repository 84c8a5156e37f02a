package org.soda4j.examples.cli;

import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The option {@code --live}, shared by the commands that train. */
public final class LiveOption {

    private static final int MAX_PORT = 65535;

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    private Integer port;

    @Option(
            names = "--live",
            paramLabel = "PORT",
            arity = "0..1",
            fallbackValue = "8131",
            description =
                    "Also serves a page with curves and pictures to this machine while it trains,"
                            + " at port 8131 or the one given; 0: any free port. Default: no page.")
    private void port(int given) {
        if (given < 0 || given > MAX_PORT) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--live: expected a port of 0 to %d, found %d".formatted(MAX_PORT, given));
        }
        port = given;
    }

    /** The port; empty without the option. */
    public OptionalInt port() {
        return port == null ? OptionalInt.empty() : OptionalInt.of(port);
    }
}
