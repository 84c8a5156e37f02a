package org.soda4j.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import org.soda4j.ProcessSettings;
import org.soda4j.examples.cli.SecondInterrupt;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.RunLast;

/** Lists the examples, or runs one. */
@Command(
        name = "soda-examples",
        mixinStandardHelpOptions = true,
        description = "Programs that show what soda4j does; each has --help.",
        subcommands = {
            Quickstart.class,
            Train.class,
            Resume.class,
            Describe.class,
            Evaluate.class,
            Compare.class,
            Encode.class,
            Export.class,
            Probe.class,
            ProbeDenoiser.class,
            EncodeSpark.class,
            Search.class,
            ShowViews.class,
            Benchmark.class,
            Growth.class,
            LatentTour.class,
            CompareSamplers.class,
            Explore.class,
            NovelViews.class,
            Scaling.class,
            Ablation.class,
            AblationTable.class,
            PackModel.class,
            Doctor.class,
            VerifyGoldens.class
        })
public final class Examples implements Runnable {

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /**
     * Runs an example.
     *
     * @param args its name and options; none: the list
     */
    public static void main(String[] args) {
        System.exit(execute(command(args), args));
    }

    /** The named program alone: to read what all of them say takes a third of a second. */
    static Object command(String... args) {
        Command all = Examples.class.getAnnotation(Command.class);
        for (Class<?> program : all.subcommands()) {
            String name = program.getAnnotation(Command.class).name();
            if (args.length > 0 && args[0].equals(name)) {
                return CommandLine.Model.CommandSpec.create()
                        .name(all.name())
                        .addSubcommand(name, new CommandLine(program));
            }
        }
        return new Examples();
    }

    /** Runs a command: exit code 0, 1 (failed) or 2 (wrong options), errors in one line. */
    static int execute(Object command, String... args) {
        // DJL reports usage unless told not to; an example of this project does not phone home.
        if (System.getProperty("OPT_OUT_TRACKING") == null) {
            System.setProperty("OPT_OUT_TRACKING", "true");
        }
        // These programs own their process.
        ProcessSettings.nativeErrorsOnly();
        // A dot in every number, so that what is printed can be read by other programs.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        SecondInterrupt.install();
        return commandLine(command)
                .setExecutionStrategy(Examples::runKeepingMemory)
                .setParameterExceptionHandler(
                        (e, given) -> {
                            CommandLine line = e.getCommandLine();
                            line.getErr()
                                    .println(
                                            "%s (%s --help lists the options)"
                                                    .formatted(
                                                            e.getMessage() + suggestion(e),
                                                            line.getCommandSpec().qualifiedName()));
                            return line.getCommandSpec().exitCodeOnInvalidInput();
                        })
                .setExecutionExceptionHandler(
                        (e, line, parsed) -> {
                            line.getErr().println(message(e));
                            return 1;
                        })
                .execute(args);
    }

    /** Help needs no memory. */
    private static int runKeepingMemory(CommandLine.ParseResult parsed) {
        Integer help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        try {
            return ProcessSettings.callKeepingMemory(() -> new RunLast().execute(parsed));
        } catch (RuntimeException e) { // The program's, for the handlers above.
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the program's thread was given up", e);
        }
    }

    private static String suggestion(CommandLine.ParameterException e) {
        List<String> similar =
                e instanceof CommandLine.UnmatchedArgumentException unmatched
                        ? unmatched.getSuggestions()
                        : List.of();
        return similar.isEmpty() ? "" : "; did you mean " + similar.get(0) + "?";
    }

    /** A command as it is run: help for terminals of 80 columns, and a version. */
    static CommandLine commandLine(Object command) {
        CommandLine line = new CommandLine(command);
        withVersion(line);
        return line.setCaseInsensitiveEnumValuesAllowed(true).setUsageHelpWidth(80);
    }

    private static void withVersion(CommandLine line) {
        String version = Examples.class.getPackage().getImplementationVersion();
        line.getCommandSpec().version("soda4j " + (version == null ? "(not packaged)" : version));
        line.getSubcommands().values().forEach(Examples::withVersion);
    }

    /**
     * One line. With the name of the exception where that says more than the message does, which of
     * this library's own it does not.
     */
    static String message(Throwable e) {
        if (e instanceof UncheckedIOException && e.getCause() != null) {
            return message(e.getCause());
        }
        if (e instanceof FileSystemException file) {
            return message(file);
        }
        if (e.getMessage() == null) {
            return e.getClass().getSimpleName();
        }
        String message = e.getMessage().strip().replaceAll("\\s*\\R\\s*", " ");
        Class<?> type = e.getClass();
        boolean plain =
                type == IOException.class
                        || type == FileNotFoundException.class
                        || type == IllegalArgumentException.class
                        || type == IllegalStateException.class
                        || type.getName().startsWith("org.soda4j.");
        return plain ? message : type.getSimpleName() + ": " + message;
    }

    /** The messages of these are mostly the file's name and nothing else. */
    private static String message(FileSystemException e) {
        String reason = e.getReason();
        if (e instanceof NoSuchFileException) {
            reason = "not found";
        } else if (e instanceof AccessDeniedException) {
            reason = "permission denied";
        } else if (reason == null) {
            reason = e.getClass().getSimpleName();
        }
        return e.getFile() + ": " + reason;
    }
}
