package org.soda4j.examples.training;

import ai.djl.training.dataset.Dataset;
import java.nio.file.Path;
import org.soda4j.data.dataset.Cifar10;
import org.soda4j.data.dataset.ImageDataset;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which small images a program shows something on: those in the jar, or CIFAR-10's. */
public final class SmallDataOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--data",
            defaultValue = "fashion-mnist",
            description = "fashion-mnist (a part of it is built in) or cifar10.")
    private String data;

    @Option(names = "--root", description = "Folder of CIFAR-10's binary files. Default: none.")
    private Path root;

    /** As it was given. */
    public String name() {
        return data;
    }

    public boolean isCifar10() {
        return data.equals("cifar10");
    }

    /** Reads a split. */
    public ImageDataset images(Dataset.Usage split) {
        if (data.equals("fashion-mnist")) {
            return BuiltInImages.fashionMnist(split);
        }
        if (!isCifar10()) {
            throw refusal("--data: expected fashion-mnist or cifar10, found " + data);
        }
        if (root == null) {
            throw refusal("--data cifar10 needs --root, a folder");
        }
        return Cifar10.builder().root(root).split(split).build();
    }

    private CommandLine.ParameterException refusal(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }
}
