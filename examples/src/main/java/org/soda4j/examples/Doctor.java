package org.soda4j.examples;

import ai.djl.Device;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.PartProgress;
import org.soda4j.examples.doctor.CaseList;
import org.soda4j.examples.doctor.CpuCases;
import org.soda4j.examples.doctor.DeviceCases;
import org.soda4j.examples.doctor.DeviceSpeed;
import org.soda4j.examples.doctor.GoldenList;
import org.soda4j.examples.doctor.Machine;
import org.soda4j.examples.doctor.Report;
import org.soda4j.examples.doctor.Row;
import org.soda4j.examples.doctor.Sweep;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds out whether this machine computes what the models need, rightly and how fast. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Tries whether this machine computes what the models need: every kind and size of"
                        + " computation, in child processes, so that a crash is a row of the table"
                        + " and not the end. Says what to set; exits with 1 if anything is wrong.")
final class Doctor implements Callable<Integer> {

    /** For a GPU, of which a person may have borrowed ten minutes. */
    private static final Duration GPU_BUDGET = Duration.ofMinutes(8);

    /** For a CPU; two quiet cores take a few minutes. */
    private static final Duration CPU_BUDGET = Duration.ofHours(1);

    private static final int GPU_BATCH = 128;

    /** cuBLAS and cuDNN then multiply float32 as float32, not rounded to 11 bits. */
    private static final Map<String, String> NO_TF32 = Map.of("NVIDIA_TF32_OVERRIDE", "0");

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = {
                "cpu: all sizes that the presets and encoders of depths 18 to 101 have.",
                "gpu0, gpu1, ...: every operator and three training steps against the CPU, memory and"
                        + " speed, in at most 8 minutes. No GPU was at hand when this was written."
            })
    private String deviceName;

    @Option(names = "--quick", description = "On the CPU: few sizes, and no speed.")
    private boolean quick;

    @Option(
            names = "--goldens",
            paramLabel = "DIR",
            description =
                    "Folder of reference cases, to be compared as well (see verify-goldens)."
                            + " Default: none.")
    private Path goldens;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "File for everything that was found, as JSON. Default: none.")
    private Path file;

    @CommandLine.Mixin private JsonOption json;

    /** What is run instead, in tests; null for what the options say. */
    private final List<Part> given;

    /** What the options say. */
    public Doctor() {
        this(null);
    }

    Doctor(List<Part> given) {
        this.given = given;
    }

    /** Cases that one sweep runs. */
    record Part(
            String name,
            Class<? extends CaseList> type,
            List<String> arguments,
            Map<String, String> environment) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Device device = DeviceOption.device(spec.commandLine(), deviceName);
        if (file != null) {
            OutputCheck.file("--out", file);
        }
        PrintWriter answer = spec.commandLine().getOut();
        PrintWriter out = json.given() ? new PrintWriter(Writer.nullWriter()) : answer;
        Map<String, String> machine = new LinkedHashMap<>(Machine.describe());
        machine.forEach((name, fact) -> print(out, name, fact));
        long deadline = System.nanoTime() + (device.isGpu() ? GPU_BUDGET : CPU_BUDGET).toNanos();
        List<Row> rows = new ArrayList<>();
        try (PartProgress progress = new PartProgress()) {
            for (Part part : given == null ? parts(device) : given) {
                Sweep sweep =
                        new Sweep(
                                part.type(),
                                part.arguments(),
                                part.environment(),
                                Duration.ofNanos(deadline - System.nanoTime()));
                rows.addAll(
                        sweep.run(
                                engine -> {
                                    if (machine.put("engine", engine) == null) {
                                        print(out, "engine", engine);
                                    }
                                },
                                progress.part(part.name(), sweep.size())));
            }
        }
        if (goldens == null) {
            print(out, "goldens", "skipped, no --goldens");
        }
        Report report = new Report(rows, device.isGpu());
        out.println();
        report.table().forEach(out::println);
        out.println();
        report.verdict().forEach(out::println);
        String all = file == null && !json.given() ? "" : everything(machine, report);
        if (file != null) {
            Files.writeString(file, all);
            out.println(file);
        }
        if (json.given()) {
            answer.println(all);
            answer.flush();
        }
        return report.isSound() ? 0 : 1;
    }

    private List<Part> parts(Device device) {
        List<Part> parts = new ArrayList<>();
        Map<String, String> exact = device.isGpu() ? NO_TF32 : Map.of();
        if (device.isGpu()) {
            parts.add(new Part("compare", DeviceCases.class, List.of(deviceName), exact));
        } else {
            List<String> arguments = quick ? List.of(CpuCases.QUICK) : List.of();
            parts.add(new Part("kernels", CpuCases.class, arguments, exact));
        }
        if (goldens != null) {
            List<String> arguments = List.of(deviceName, goldens.toString());
            parts.add(new Part("goldens", GoldenList.class, arguments, exact));
        }
        if (device.isGpu()) {
            List<String> arguments = List.of(deviceName, String.valueOf(GPU_BATCH));
            parts.add(new Part("speed", DeviceSpeed.class, arguments, Map.of()));
        }
        return parts;
    }

    private static void print(PrintWriter out, String name, String fact) {
        out.printf("%-10s %s%n", name, fact);
        out.flush();
    }

    private static String everything(Map<String, String> machine, Report report)
            throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine);
        all.put("sound", report.isSound());
        all.put("verdict", report.verdict());
        all.put("rows", report.rows());
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Doctor(), args));
    }
}
