package org.soda4j.examples.search;

import java.nio.file.Path;
import org.soda4j.examples.training.ModelOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The model of an index, or another that was named. */
final class IndexedModel {

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "The model, if it was moved. Default: that of search build.")
    Path named;

    @Mixin ModelOptions options;
}
