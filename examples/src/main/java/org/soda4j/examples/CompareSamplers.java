package org.soda4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.diffusion.Guidance;
import org.soda4j.eval.feature.ImageBatches;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.quality.Psnr;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.SamplerOptions;
import org.soda4j.examples.training.ModelOptions;
import org.soda4j.examples.training.SmallDataOptions;
import org.soda4j.io.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures how few evaluations of the denoiser each sampler needs. */
@Command(
        name = "compare-samplers",
        sortOptions = false,
        description =
                "Draws test images again from their latents with each deterministic sampler and number of"
                        + " evaluations, from the same noise, and writes their PSNR to what DDIM"
                        + " draws in 250 steps and to the originals as a chart and a table.")
final class CompareSamplers extends Program {

    private static final int REFERENCE_STEPS = 250;

    @Parameters(paramLabel = "MODEL", description = "Folder of a run or a saved model.")
    private Path folder;

    @Mixin private SmallDataOptions data;

    @Option(names = "--count", defaultValue = "100", description = "Test images.")
    private int count;

    @Option(names = "--guidance", defaultValue = "0.3", description = "Guidance weight.")
    private double guidance;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of the noise.")
    private long seed;

    @Option(
            names = "--evaluations",
            split = ",",
            defaultValue = "4,6,8,10,15,20,50",
            description = "How often the denoiser is evaluated.")
    private int[] evaluations;

    @Option(
            names = "--out",
            defaultValue = "compare-samplers",
            description = "Folder for samplers.md and samplers.png.")
    private Path out;

    @Mixin private ModelOptions model;

    @Mixin private JsonOption json;

    private final StringBuilder table = new StringBuilder();
    private final List<Measured> measured = new ArrayList<>();

    /**
     * What --json prints.
     *
     * @param referenceSteps of DDIM, to which closeness is measured
     * @param folder of chart and table
     */
    private record Answer(int images, int referenceSteps, List<Measured> samplers, String folder) {}

    /** Mean PSNR in decibel of what a sampler draws. */
    private record Measured(
            double guidance,
            String sampler,
            int evaluations,
            double toReference,
            double toOriginal) {}

    @Override
    public Integer call() throws IOException {
        requireAtLeast(1, "--count", count);
        requireAtLeast(1, "--evaluations", Arrays.stream(evaluations).min().orElse(0));
        OutputCheck.folder("--out", out);
        ImageDataset test = data.images(Dataset.Usage.TEST);
        int most = (int) Math.min(count, test.size());
        try (Soda soda = model.load(folder);
                NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            NDArray originals =
                    ImageBatches.resized(test.select(IntStream.range(0, most).toArray()), soda)
                            .range(manager, 0, most);
            measure(soda, originals, 0, "no guidance");
            LineChart chart = measure(soda, originals, guidance, "guidance " + guidance);
            chart.save(out.resolve("samplers.png"));
        }
        AtomicFile.write(
                out.resolve("samplers.md"), table.toString().getBytes(StandardCharsets.UTF_8));
        Path where = out.toAbsolutePath().normalize();
        json.print("chart and table: " + where);
        json.answer(new Answer(most, REFERENCE_STEPS, measured, where.toString()));
        return 0;
    }

    private LineChart measure(Soda soda, NDArray originals, double weight, String name) {
        SamplingOptions options =
                SamplingOptions.defaults().withGuidance(Guidance.whole(weight)).withSeed(seed);
        List<Integer> counts =
                Arrays.stream(evaluations)
                        .filter(n -> n <= soda.config().schedule().steps())
                        .boxed()
                        .toList();
        LineChart.Builder chart =
                LineChart.builder()
                        .title("Closeness to DDIM's " + REFERENCE_STEPS + " steps, " + name)
                        .xLabel("evaluations of the denoiser")
                        .xLog(true)
                        .yLabel("PSNR, dB");
        try (NDArray reference =
                soda.reconstruct(
                        originals,
                        options.withSampler(
                                DdimSampler.builder()
                                        .steps(
                                                Math.min(
                                                        REFERENCE_STEPS,
                                                        soda.config().schedule().steps()))
                                        .build()))) {
            line(
                    "%n%s; DDIM's %d steps to the original: %.2f dB%n%n",
                    name, REFERENCE_STEPS, psnr(originals, reference));
            line("| to DDIM %d / to the original, dB |", REFERENCE_STEPS);
            counts.forEach(n -> line(" %d |", n));
            line("%n|---|%s%n", "---|".repeat(counts.size()));
            for (SamplerOptions.Kind kind : SamplerOptions.Kind.values()) {
                if (kind == SamplerOptions.Kind.DPM_SDE) {
                    continue; // Draws images of its own, close to nobody's.
                }
                line("| %s |", kind.text());
                List<Double> closeness = new ArrayList<>();
                for (int n : counts) {
                    try (NDArray drawn =
                            soda.reconstruct(originals, options.withSampler(kind.sampler(n)))) {
                        double toReference = psnr(reference, drawn);
                        double toOriginal = psnr(originals, drawn);
                        closeness.add(toReference);
                        line(" %.1f / %.2f |", toReference, toOriginal);
                        measured.add(new Measured(weight, kind.text(), n, toReference, toOriginal));
                    }
                }
                line("%n");
                chart.series(
                        kind.text(),
                        counts.stream().mapToDouble(Integer::doubleValue).toArray(),
                        closeness.stream().mapToDouble(Double::doubleValue).toArray());
            }
        }
        return chart.build();
    }

    private static double psnr(NDArray a, NDArray b) {
        return Arrays.stream(Psnr.of(a, b)).average().orElseThrow();
    }

    private void line(String format, Object... values) {
        String text = String.format(Locale.ROOT, format, values);
        table.append(text);
        PrintWriter person = json.text();
        person.print(text);
        person.flush();
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new CompareSamplers(), args));
    }
}
