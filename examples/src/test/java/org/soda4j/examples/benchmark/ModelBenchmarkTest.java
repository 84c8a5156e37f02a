package org.soda4j.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.Precision;
import org.soda4j.benchmark.FlopCount;
import org.soda4j.io.ConfigText;
import org.soda4j.training.RunConfig;

class ModelBenchmarkTest {

    private static final Pattern LINE =
            Pattern.compile(
                    "\\w+ fp32 batch 2: (\\S+) images/s \\(best; median (\\S+)\\), (\\d+) GFLOP/s"
                            + " \\(median\\), \\S+ of the matrix peak of (\\d+) GFLOP/s, peak resident"
                            + " \\S+ MB");

    @ParameterizedTest
    @EnumSource
    void printsOneLineWhoseFiguresAgree(ModelBenchmark.Work work) {
        RunConfig config =
                RunConfig.preset(
                        "cifar10",
                        "model.encoder.widthMultiplier=0.25",
                        "model.denoiser.channels=32",
                        "model.denoiser.imageShape=[3,16,16]");
        ModelSpeed speed =
                new ModelBenchmark(
                                config, Precision.FP32, 2, () -> StepClock.ofSteps(2), Device.cpu())
                        .measure(work);
        String line = speed.toString();
        Matcher figures = LINE.matcher(line);
        assertThat(figures.matches()).as(line).isTrue();
        double median = Double.parseDouble(figures.group(2));
        assertThat(Double.parseDouble(figures.group(1))).isGreaterThanOrEqualTo(median);
        assertThat(Double.parseDouble(figures.group(4))).isPositive();
        FlopCount count = FlopCount.of(config.model());
        double flops =
                switch (work) {
                    case TRAIN -> count.train();
                    case ENCODE -> count.encode();
                    case SAMPLE -> 2 * count.denoise();
                };
        JsonNode json = ConfigText.jsonTree(ConfigText.toJson(speed));
        assertThat(json.required("engine").asText()).isEqualTo("soda4j");
        assertThat(json.required("medianImagesPerSecond").asDouble())
                .isEqualTo(speed.medianImagesPerSecond());
        // Both figures are rounded in print.
        double tolerance = 0.51 + 0.006 * flops * 1e-9;
        assertThat(Math.abs(Double.parseDouble(figures.group(3)) - median * flops * 1e-9))
                .isLessThan(tolerance);
    }
}
