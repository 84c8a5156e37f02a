package org.soda4j.examples.training;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Path;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.ThreadsOption;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model of a run a program works with, and how. */
public final class ModelOptions {

    @Option(
            names = "--checkpoint",
            paramLabel = "N",
            description = "The checkpoint of step N. Default: the newest.")
    private Long checkpoint;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            defaultValue = "FP32",
            description = "Of the model: FP32, BF16 or FP16.")
    private Precision precision;

    @Mixin private ThreadsOption threads;

    @Mixin private DeviceOption device;

    public Precision precision() {
        return precision;
    }

    /** The device that was named; threads are set. */
    public Device device() {
        threads.set();
        return device.device();
    }

    /** Opens the model of a run, or a saved one; the caller closes it. */
    public Soda load(Path run) throws IOException {
        return TrainedModel.load(run, checkpoint, device(), precision);
    }
}
