package org.soda4j.examples.cli;

import picocli.CommandLine.Option;

/** The option {@code --json}, shared by the commands whose answer a program may read. */
public final class JsonOption {

    @Option(
            names = "--json",
            description = "Prints the answer as JSON, and nothing else to standard output.")
    private boolean json;

    public boolean given() {
        return json;
    }
}
