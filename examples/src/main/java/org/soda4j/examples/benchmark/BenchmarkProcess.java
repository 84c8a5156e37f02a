package org.soda4j.examples.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.soda4j.Precision;

/**
 * Runs {@code benchmark --task train} in a process of its own, whose peak of memory is its own.
 *
 * @param program the benchmark's main class
 * @param preset the preset to train
 * @param precision of the training
 * @param steps how many are timed
 * @param threads of the engine
 */
public record BenchmarkProcess(
        Class<?> program, String preset, Precision precision, int steps, int threads) {

    private static final Pattern LINE = Pattern.compile("median ([0-9.]+)\\).*resident (\\d+) MB");

    /**
     * What the line says.
     *
     * @param imagesPerSecond the median
     * @param megabytes the peak of resident memory
     */
    public record Result(double imagesPerSecond, double megabytes) {}

    public Result run(int batch, List<String> overrides) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName(),
                                "--task=train",
                                "--preset=" + preset,
                                "--precision=" + precision,
                                "--batch=" + batch,
                                "--steps=" + steps,
                                "--threads=" + threads));
        overrides.forEach(override -> command.add("--set=" + override));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher matcher = LINE.matcher(text);
        if (process.waitFor() != 0 || !matcher.find()) {
            throw new IOException(
                    "%s: expected a line of the benchmark, found exit code %d and '%s'"
                            .formatted(command, process.exitValue(), text.strip()));
        }
        return new Result(
                Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2)));
    }
}
