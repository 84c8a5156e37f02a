package org.soda4j.examples;

import java.util.Locale;
import org.soda4j.Precision;
import org.soda4j.examples.benchmark.KnnBenchmark;
import org.soda4j.examples.benchmark.ModelBenchmark;
import org.soda4j.examples.benchmark.ModelSpeed;
import org.soda4j.examples.benchmark.StartBenchmark;
import org.soda4j.examples.benchmark.StepClock;
import org.soda4j.examples.benchmark.ViewsBenchmark;
import org.soda4j.examples.cli.Assignments;
import org.soda4j.examples.cli.DataOptions;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.Program;
import org.soda4j.io.ConfigText;
import org.soda4j.training.RunConfig;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how fast a part of this library is on this machine. */
@Command(
        name = "benchmark",
        description = "Measures one task for some seconds and prints one line.")
final class Benchmark extends Program {

    @Option(
            names = "--task",
            required = true,
            description = {
                "One of ${COMPLETION-CANDIDATES}.",
                "views: pairs augmented by the published recipe, from the loader's threads into"
                        + " batches of 128. Needs --root.",
                "knn: the k-NN probe on 50,000 x 10,000 features of 128 numbers.",
                "start: from the start of this process to the first training step of the"
                        + " quickstart's model.",
                "train, encode, sample: steps of the preset's model on random images; a sampling"
                        + " step is guided, two evaluations of the denoiser.",
                "views, knn and ONNX compute on the CPU alone; --device is for the others."
            })
    private Task task;

    /** The images to augment; null if none were named. */
    @ArgGroup(exclusive = false)
    private DataOptions data;

    @Option(
            names = "--threads",
            description =
                    "Threads that work. Default: 1 for views, as the engine decides for models.")
    private Integer threads;

    @Option(
            names = "--preset",
            defaultValue = "cifar10",
            description = "The model of train, encode and sample.")
    private String preset;

    @Option(names = "--precision", defaultValue = "FP32", description = "FP32 or BF16.")
    private Precision precision;

    @Option(
            names = "--engine",
            defaultValue = "SODA",
            description = {
                "SODA, this library, or ONNX: the exported model in ONNX Runtime, for encode in FP32."
                        + " Its jar has to be on the class path."
            })
    private EncodingEngine engine;

    @Option(names = "--batch", defaultValue = "16", description = "Images of a step.")
    private int batch;

    @Option(
            names = "--steps",
            description =
                    "Steps of train, encode or sample to time, after one that is not, instead of"
                            + " --seconds. Default: those of --seconds, at least 5.")
    private Integer steps;

    @CommandLine.Mixin private Assignments set;

    @CommandLine.Mixin private DeviceOption device;

    @CommandLine.Mixin private JsonOption json;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Time to measure, after warming up for half as long.")
    private double seconds;

    /** What encodes. */
    private enum EncodingEngine {
        SODA,
        ONNX
    }

    /** What can be measured. */
    private enum Task {
        TRAIN,
        ENCODE,
        SAMPLE,
        VIEWS,
        KNN,
        START;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public Integer call() {
        boolean countsFit =
                (threads == null || threads >= 1) && batch >= 1 && (steps == null || steps >= 1);
        if (!countsFit || !(seconds > 0 && seconds <= 86_400)) {
            throw refusal(
                    "expected --threads, --batch and --steps of at least 1 and --seconds above 0 and"
                            + " up to 86400, found %s, %d, %s and %s"
                                    .formatted(threads, batch, steps, seconds));
        }
        if (task == Task.VIEWS && data == null) {
            throw refusal("expected --data and --root for the task views");
        }
        if (engine == EncodingEngine.ONNX && (task != Task.ENCODE || precision != Precision.FP32)) {
            throw refusal("--engine onnx: expected --task encode and --precision FP32");
        }
        boolean onCpuAlone =
                task == Task.VIEWS || task == Task.KNN || engine == EncodingEngine.ONNX;
        if (onCpuAlone && device.namesGpu()) {
            throw refusal(
                    "--device: expected cpu for views, knn and --engine onnx, which have no other");
        }
        Record measured =
                switch (task) {
                    case VIEWS -> ViewsBenchmark.run(data, threads == null ? 1 : threads, seconds);
                    case KNN -> KnnBenchmark.run(seconds);
                    case START -> StartBenchmark.run(device.device());
                    case TRAIN, ENCODE, SAMPLE ->
                            engine == EncodingEngine.ONNX
                                    ? onnx()
                                    : model().measure(ModelBenchmark.Work.valueOf(task.name()));
                };
        print(json.given() ? ConfigText.toJson(measured) : measured.toString());
        return 0;
    }

    private ModelSpeed onnx() {
        try {
            return model().byOnnx(threads == null ? 0 : threads)
                    .measure(ModelBenchmark.Work.ENCODE);
        } catch (NoClassDefFoundError e) {
            throw refusal(
                    "--engine onnx: expected com.microsoft.onnxruntime:onnxruntime on the class path,"
                            + " found no "
                            + e.getMessage(),
                    new ClassNotFoundException(e.getMessage(), e));
        }
    }

    private ModelBenchmark model() {
        if (threads != null) {
            // Read once, when the engine starts, which is after this.
            System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        }
        try {
            return new ModelBenchmark(
                    RunConfig.preset(preset, set.all().toArray(String[]::new)),
                    precision,
                    batch,
                    () -> steps == null ? StepClock.ofSeconds(seconds) : StepClock.ofSteps(steps),
                    device.device());
        } catch (IllegalArgumentException e) {
            throw refusal(e.getMessage(), e);
        }
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Benchmark(), args));
    }
}
