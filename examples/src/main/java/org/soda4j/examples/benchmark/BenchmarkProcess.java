package org.soda4j.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.Precision;

/**
 * Runs {@code benchmark --task train} in a process of its own, whose peak of memory is its own.
 *
 * @param program the benchmark's main class
 * @param preset the preset to train
 * @param precision of the training
 * @param seconds that are timed
 * @param threads of the engine
 */
public record BenchmarkProcess(
        Class<?> program, String preset, Precision precision, double seconds, int threads) {

    /**
     * What it says.
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
                                "--json",
                                "--device=cpu", // Its memory is what is measured.
                                "--preset=" + preset,
                                "--precision=" + precision,
                                "--batch=" + batch,
                                "--seconds=" + seconds,
                                "--threads=" + threads));
        overrides.forEach(override -> command.add("--set=" + override));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(
                    "%s: expected the benchmark's answer, found exit code %d and '%s'"
                            .formatted(command, process.exitValue(), text.strip()));
        }
        JsonNode speed = new ObjectMapper().readTree(text);
        return new Result(
                speed.required("medianImagesPerSecond").asDouble(),
                speed.required("peakResidentMegabytes").asDouble(Double.NaN));
    }
}
