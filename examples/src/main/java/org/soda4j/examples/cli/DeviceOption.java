package org.soda4j.examples.cli;

import ai.djl.Device;
import ai.djl.engine.Engine;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The option {@code --device}, shared by the commands. */
public final class DeviceOption {

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    private String name;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "cpu, gpu0, gpu1, ... Default: gpu0 if the engine finds a GPU, else cpu.")
    private void name(String given) {
        requireName(spec.commandLine(), given);
        name = given;
    }

    /** Whether a device other than the CPU was named. */
    public boolean namesGpu() {
        return name != null && !"cpu".equals(name);
    }

    /** The device that was named; a wrong name ends the command with exit code 2. */
    public Device device() {
        if (name == null) {
            return Engine.getEngine("PyTorch").getGpuCount() > 0 ? Device.gpu() : Device.cpu();
        }
        return device(spec.commandLine(), name);
    }

    /** The device of a name; a wrong one ends the command with exit code 2. */
    public static Device device(CommandLine line, String name) {
        requireName(line, name);
        if ("cpu".equals(name)) {
            return Device.cpu();
        }
        int gpus = Engine.getEngine("PyTorch").getGpuCount();
        Device device = Device.fromName(name);
        if (device.getDeviceId() >= gpus) {
            throw new CommandLine.ParameterException(
                    line,
                    "--device: expected cpu%s, found %s; the engine finds %d GPUs"
                            .formatted(
                                    gpus == 0 ? "" : " or gpu0 to gpu" + (gpus - 1), name, gpus));
        }
        return device;
    }

    private static void requireName(CommandLine line, String given) {
        if (!given.matches("cpu|gpu\\d{0,3}")) {
            throw new CommandLine.ParameterException(
                    line, "--device: expected cpu, gpu0, gpu1, ..., found " + given);
        }
    }

    /** The name of a device, as the option takes it. */
    public static String name(Device device) {
        return device.getDeviceType() + (device.isGpu() ? device.getDeviceId() : "");
    }
}
