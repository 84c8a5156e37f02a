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
                    "Threads that compute one operation; one fewer than there are cores is faster"
                            + " where another process keeps a core busy. Default: all cores.")
    private Integer threads;

    /** Sets it for what the calling thread computes from now on. */
    public void set() {
        if (threads == null) {
            return;
        }
        if (threads < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--threads: expected at least 1, found " + threads);
        }
        Engine.getEngine("PyTorch"); // Loads the library that the call needs.
        JniUtils.setNumThreads(threads);
    }
}
