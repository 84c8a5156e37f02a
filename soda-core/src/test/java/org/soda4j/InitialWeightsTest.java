package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserBuilder;
import org.soda4j.denoiser.UNetInitialization;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderBuilder;
import org.soda4j.encoder.ResNetInitialization;

/** The distributions that PyTorch's layers and torchvision's ResNets start from. */
class InitialWeightsTest {

    @Test
    void oneSeedGivesOneModelAndAnotherSeedAnother() {
        try (Soda first = TinyModels.builder().seed(3).build();
                Soda same = TinyModels.builder().seed(3).build();
                Soda other = TinyModels.builder().seed(4).build()) {
            same.parameters()
                    .forEach(
                            (name, array) -> {
                                float[] values = first.parameters().get(name).toFloatArray();
                                assertThat(array.toFloatArray()).as(name).isEqualTo(values);
                                boolean fixed = name.contains("norm") || name.contains("bn");
                                if (!fixed && !name.contains("downsample.1")) {
                                    assertThat(other.parameters().get(name).toFloatArray())
                                            .as(name)
                                            .isNotEqualTo(values);
                                }
                            });
        }
    }

    @Test
    void identityModulationRaisesTheScalesByOneAndNothingElse() {
        UNetDenoiserBuilder denoiser =
                UNetDenoiser.builder()
                        .imageShape(3, 16, 16)
                        .channels(32)
                        .multipliers(1)
                        .attention()
                        .blocks(1);
        try (Soda plain = TinyModels.builder().denoiser(denoiser.build()).build();
                Soda identity =
                        TinyModels.builder()
                                .denoiser(denoiser.identityModulation(true).build())
                                .build()) {
            identity.parameters()
                    .forEach(
                            (name, array) -> {
                                float[] before = plain.parameters().get(name).toFloatArray();
                                float[] after = array.toFloatArray();
                                boolean scales = name.matches(".*\\.(time|z)_emb\\.1\\.bias");
                                for (int i = 0; i < after.length; i++) {
                                    float raise = scales && i < after.length / 2 ? 1 : 0;
                                    assertThat(after[i])
                                            .as(name)
                                            .isCloseTo(before[i] + raise, within(1e-6f));
                                }
                            });
        }
    }

    @Test
    void parametersOfOneShapeDiffer() {
        try (Soda soda = TinyModels.builder().build()) {
            Map<String, NDArray> p = soda.parameters();
            assertThat(p.get("encoder.layer1.0.conv1.weight").toFloatArray())
                    .isNotEqualTo(p.get("encoder.layer1.0.conv2.weight").toFloatArray());
            assertThat(p.get("decoder.middle.res1.conv1.weight").toFloatArray())
                    .isNotEqualTo(p.get("decoder.middle.res2.conv1.weight").toFloatArray());
        }
    }

    @Test
    void everyParameterHasItsDistribution() {
        try (Soda soda = TinyModels.builder().seed(7).build()) {
            Map<String, NDArray> parameters = soda.parameters();
            parameters.forEach(
                    (name, array) -> {
                        Shape shape = array.getShape();
                        float[] values = array.toFloatArray();
                        if (shape.dimension() == 1 && isNorm(name)) {
                            boolean one = name.endsWith(".weight") || name.endsWith("_var");
                            assertThat(values).as(name).containsOnly(one ? 1 : 0);
                        } else if (name.startsWith("encoder.") && shape.dimension() == 4) {
                            double fanOut = (double) shape.get(0) * shape.get(2) * shape.get(3);
                            assertNormal(name, values, Math.sqrt(2 / fanOut));
                        } else {
                            assertUniform(name, values, 1 / Math.sqrt(fanIn(name, parameters)));
                        }
                    });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KAIMING_DEFAULT_STEM", "PYTORCH_DEFAULT", "XAVIER"})
    void theEncodersOtherDistributions(ResNetInitialization initialization) {
        ResNetEncoderBuilder encoder =
                ResNetEncoder.builder().initialization(initialization).smallImages(true);
        try (Soda soda =
                TinyModels.builder().encoder(encoder.widthMultiplier(0.25).build()).build()) {
            Map<String, NDArray> parameters = soda.parameters();
            parameters.forEach(
                    (name, array) -> {
                        if (!name.startsWith("encoder.") || isNorm(name)) {
                            return;
                        }
                        Shape shape = array.getShape();
                        float[] values = array.toFloatArray();
                        double in = fanIn(name, parameters);
                        if (initialization == ResNetInitialization.XAVIER) {
                            if (shape.dimension() == 1) {
                                assertThat(values).as(name).containsOnly(0);
                            } else {
                                double out = shape.size() / (double) shape.get(1);
                                assertUniform(name, values, Math.sqrt(6 / (in + out)));
                            }
                        } else if (name.equals("encoder.conv1.weight")
                                || shape.dimension() < 4
                                || initialization == ResNetInitialization.PYTORCH_DEFAULT) {
                            assertUniform(name, values, 1 / Math.sqrt(in));
                        } else {
                            double fanOut = (double) shape.get(0) * shape.get(2) * shape.get(3);
                            assertNormal(name, values, Math.sqrt(2 / fanOut));
                        }
                    });
        }
    }

    private static boolean isNorm(String name) {
        return List.of("norm", "bn", "downsample.1").stream().anyMatch(name::contains);
    }

    /** PyTorch draws a bias from the bounds of its weight. */
    private static double fanIn(String name, Map<String, NDArray> parameters) {
        Shape weight = parameters.get(name.replaceAll("bias$", "weight")).getShape();
        return weight.size() / (double) weight.get(0);
    }

    /** The mean of n numbers of deviation s has deviation s / sqrt(n): five of those. */
    private static void assertUniform(String name, float[] values, double bound) {
        for (float value : values) {
            assertThat((double) value).as(name).isBetween(-bound * 1.000001, bound * 1.000001);
        }
        double deviation = bound / Math.sqrt(3);
        double n = values.length;
        assertThat(moment(values, 1)).as(name).isCloseTo(0, within(5 * deviation / Math.sqrt(n)));
        // The square of a uniform number varies by 2 / sqrt(5) of its mean.
        assertThat(moment(values, 2) / (deviation * deviation))
                .as(name)
                .isCloseTo(1, within(5 * 2 / Math.sqrt(5 * n)));
    }

    private static void assertNormal(String name, float[] values, double deviation) {
        double n = values.length;
        double variance = deviation * deviation;
        assertThat(moment(values, 1)).as(name).isCloseTo(0, within(5 * deviation / Math.sqrt(n)));
        assertThat(moment(values, 2) / variance)
                .as(name)
                .isCloseTo(1, within(5 * Math.sqrt(2 / n)));
        // The fourth moment tells normal (3) from uniform (1.8).
        assertThat(moment(values, 4) / (variance * variance))
                .as(name)
                .isCloseTo(3, within(6 * Math.sqrt(96 / n)));
    }

    /** Of a standard normal within two deviations: variance, fourth moment, share within one. */
    @Test
    void theUNetsTruncatedNormal() {
        UNetDenoiserBuilder denoiser =
                UNetDenoiser.builder()
                        .imageShape(3, 16, 16)
                        .channels(32)
                        .multipliers(1, 2)
                        .attention(1)
                        .blocks(1)
                        .identityModulation(true)
                        .initialization(UNetInitialization.TRUNCATED_NORMAL);
        try (Soda soda = TinyModels.builder().denoiser(denoiser.build()).build()) {
            Map<String, NDArray> parameters = soda.parameters();
            parameters.forEach(
                    (name, array) -> {
                        if (!name.startsWith("decoder.") || isNorm(name)) {
                            return;
                        }
                        float[] values = array.toFloatArray();
                        if (array.getShape().dimension() == 1) {
                            boolean scales = name.matches(".*\\.(time|z)_emb\\.1\\.bias");
                            for (int i = 0; i < values.length; i++) {
                                float one = scales && i < values.length / 2 ? 1 : 0;
                                assertThat(values[i]).as(name).isEqualTo(one);
                            }
                        } else {
                            double deviation = 1 / Math.sqrt(fanIn(name, parameters));
                            assertTruncated(name, values, deviation);
                        }
                    });
        }
    }

    private static void assertTruncated(String name, float[] values, double deviation) {
        double n = values.length;
        int within = 0;
        for (float value : values) {
            assertThat(Math.abs(value)).as(name).isLessThanOrEqualTo((float) (2 * deviation));
            within += Math.abs(value) <= deviation ? 1 : 0;
        }
        assertThat(moment(values, 1)).as(name).isCloseTo(0, within(5 * deviation / Math.sqrt(n)));
        // 1 - 4 phi(2) / (2 Phi(2) - 1); the square has a deviation of 0.9.
        assertThat(moment(values, 2) / (deviation * deviation))
                .as(name)
                .isCloseTo(0.773741, within(5 / Math.sqrt(n)));
        // (2 Phi(1) - 1) / (2 Phi(2) - 1)
        assertThat(within / n).as(name).isCloseTo(0.715235, within(5 * 0.46 / Math.sqrt(n)));
    }

    private static double moment(float[] values, int order) {
        double sum = 0;
        for (float value : values) {
            sum += Math.pow(value, order);
        }
        return sum / values.length;
    }
}
