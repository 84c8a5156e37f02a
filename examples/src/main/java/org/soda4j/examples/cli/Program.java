package org.soda4j.examples.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** A program with options: help, a version, lines to print and one wording of refusals. */
@Command(mixinStandardHelpOptions = true, showDefaultValues = true)
public abstract class Program implements Callable<Integer> {

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    /** Starts with no options set. */
    protected Program() {}

    /** Returns where a program prints, whoever runs it. */
    protected final PrintWriter writer() {
        return spec.commandLine().getOut();
    }

    /** Prints a line at once. */
    protected final void print(String text) {
        PrintWriter writer = writer();
        writer.println(text);
        writer.flush();
    }

    /** Returns what ends the program with exit code 2, to be thrown. */
    protected final CommandLine.ParameterException refusal(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    /** The same with a cause. */
    protected final CommandLine.ParameterException refusal(String message, Exception cause) {
        return new CommandLine.ParameterException(spec.commandLine(), message, cause);
    }

    /** Refuses a number below another. */
    protected final void requireAtLeast(long least, String option, long value) {
        if (value < least) {
            throw refusal("%s: expected at least %d, found %d".formatted(option, least, value));
        }
    }
}
