package org.soda4j.examples.cli;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How many threads compute. */
public final class ThreadsOption {

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads that compute one operation, always so many, for exact repeats."
                            + " Default: one for each core, fewer while other processes keep"
                            + " cores busy.")
    private Integer threads;

    /** Sets it for this process; before anything is computed. */
    public void set() {
        if (threads == null) {
            return;
        }
        if (threads < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--threads: expected at least 1, found " + threads);
        }
        System.setProperty("ai.djl.pytorch.num_threads", threads.toString());
        Engine.getEngine("PyTorch"); // Loads the library that the call needs.
        JniUtils.setNumThreads(threads);
    }
}
