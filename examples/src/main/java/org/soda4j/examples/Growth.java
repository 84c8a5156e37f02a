package org.soda4j.examples;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.benchmark.FlopCount;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.examples.benchmark.BenchmarkProcess;
import org.soda4j.examples.benchmark.MemoryEstimate;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.training.RunConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how the cost of a training step grows with batch, resolution and channels. */
@Command(
        name = "growth",
        description =
                "Times training steps of a preset on the CPU over batch, resolution and channels, each in"
                        + " a process of its own, and draws speed and resident memory beside what is"
                        + " expected.")
final class Growth extends Program {

    private static final int BATCH = 16;
    private static final int CHART_WIDTH = 480;
    private static final int CHART_HEIGHT = 340;

    @Option(names = "--preset", defaultValue = "cifar10", description = "The model.")
    private String preset;

    @Option(names = "--precision", defaultValue = "FP32", description = "FP32 or BF16.")
    private Precision precision;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description =
                    "Time to measure each, five steps at least, after warming up for half as long.")
    private double seconds;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of the engine.")
    private int threads;

    @Option(
            names = "--batches",
            split = ",",
            defaultValue = "1,4,16,64",
            description = "Images of a step; others are with 16.")
    private List<Integer> batches;

    @Option(
            names = "--resolutions",
            split = ",",
            defaultValue = "16,32,64",
            description = "Pixels of a side; others are with the preset's.")
    private List<Integer> resolutions;

    @Option(
            names = "--channels",
            split = ",",
            defaultValue = "32,64,128",
            description = "The denoiser's; others are with the preset's.")
    private List<Integer> channels;

    @Option(
            names = "--out",
            defaultValue = "growth.png",
            description = "The picture of all charts, a PNG.")
    private Path out;

    /**
     * A measured step.
     *
     * @param imagesPerSecond the median
     * @param expectedImagesPerSecond from the operations an image takes and the speed at the base
     * @param megabytes the process's peak
     * @param expectedMegabytes the estimate of {@code describe}, without workspaces and JVM
     */
    private record Point(
            int value,
            double imagesPerSecond,
            double expectedImagesPerSecond,
            double megabytes,
            double expectedMegabytes) {}

    /** What is changed, and to what. */
    private record Axis(String name, List<Integer> values, String field) {

        List<String> overrides(int value, Precision precision) {
            List<String> set = new ArrayList<>();
            set.add("training.precision=" + precision);
            if (field != null) {
                set.add(field.formatted(value, value));
            }
            return set;
        }

        int batch(int value) {
            return field == null ? value : BATCH;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        OutputCheck.file("--out", out);
        List<Axis> axes =
                List.of(
                        new Axis("batch", batches, null),
                        new Axis(
                                "resolution", resolutions, "model.denoiser.imageShape=[3, %d, %d]"),
                        new Axis("channels", channels, "model.denoiser.channels=%d"));
        BenchmarkProcess process =
                new BenchmarkProcess(Benchmark.class, preset, precision, seconds, threads);
        RunConfig base = RunConfig.preset(preset);
        BenchmarkProcess.Result atBase = process.run(BATCH, List.of());
        double flopsPerSecond = atBase.imagesPerSecond() * FlopCount.of(base.model()).train();
        print(
                "%-12s %6s %10s %10s %9s %9s",
                "axis", "value", "images/s", "expected", "MB", "expected");
        List<BufferedImage> speeds = new ArrayList<>();
        List<BufferedImage> memories = new ArrayList<>();
        for (Axis axis : axes) {
            List<Point> points = new ArrayList<>();
            for (int value : axis.values()) {
                Point point = measure(process, axis, value, flopsPerSecond);
                print(
                        "%-12s %6d %10.2f %10.2f %9.0f %9.0f",
                        axis.name(),
                        value,
                        point.imagesPerSecond(),
                        point.expectedImagesPerSecond(),
                        point.megabytes(),
                        point.expectedMegabytes());
                points.add(point);
            }
            speeds.add(
                    chart(
                            axis.name(),
                            "images/s",
                            points,
                            Point::imagesPerSecond,
                            Point::expectedImagesPerSecond));
            memories.add(
                    chart(
                            axis.name(),
                            "peak MB",
                            points,
                            Point::megabytes,
                            Point::expectedMegabytes));
        }
        save(speeds, memories);
        print("charts: %s", out.toAbsolutePath().normalize());
        return 0;
    }

    private Point measure(BenchmarkProcess process, Axis axis, int value, double flopsPerSecond)
            throws IOException, InterruptedException {
        List<String> overrides = axis.overrides(value, precision);
        int batch = axis.batch(value);
        BenchmarkProcess.Result result = process.run(batch, overrides);
        overrides.add("training.batchSize=" + batch);
        RunConfig config = RunConfig.preset(preset, overrides.toArray(String[]::new));
        MemoryEstimate memory;
        try (Soda soda = Soda.builder().config(config.model()).build()) {
            memory = MemoryEstimate.of(config, soda.describe().parameterCount());
        }
        return new Point(
                value,
                result.imagesPerSecond(),
                flopsPerSecond / FlopCount.of(config.model()).train(),
                result.megabytes(),
                (memory.stateBytes() + memory.activationBytes()) / (double) (1 << 20));
    }

    private BufferedImage chart(
            String axis,
            String quantity,
            List<Point> points,
            ToDoubleFunction<Point> measured,
            ToDoubleFunction<Point> expected) {
        double[] x = points.stream().mapToDouble(Point::value).toArray();
        return LineChart.builder()
                .xLabel(axis)
                .yLabel(quantity)
                .xLog(true)
                .yLog(true)
                .size(CHART_WIDTH, CHART_HEIGHT)
                .series("measured", x, points.stream().mapToDouble(measured).toArray())
                .series("expected", x, points.stream().mapToDouble(expected).toArray())
                .build()
                .toImage();
    }

    /** Speed above, memory below. */
    private void save(List<BufferedImage> above, List<BufferedImage> below) throws IOException {
        BufferedImage all =
                new BufferedImage(
                        CHART_WIDTH * above.size(), CHART_HEIGHT * 2, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = all.createGraphics();
        for (int i = 0; i < above.size(); i++) {
            graphics.drawImage(above.get(i), i * CHART_WIDTH, 0, null);
            graphics.drawImage(below.get(i), i * CHART_WIDTH, CHART_HEIGHT, null);
        }
        graphics.dispose();
        ImageIO.write(all, "png", out.toFile());
    }

    private void print(String format, Object... values) {
        print(String.format(Locale.ROOT, format, values));
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Growth(), args));
    }
}
