package org.soda4j.eval.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserBuilder;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.Prediction;
import org.soda4j.diffusion.TimestepSpacing;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.encoder.NormLayer;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderBuilder;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.onnx.OnnxSession.Input;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.PixelBuffer;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** ONNX Runtime computes from exported files what the models compute. */
class OnnxExportTest {

    /**
     * Of the greatest number. Two libraries in float32, other orders of summation: 1e-6 is seen.
     */
    private static final double CLOSE = 1e-4;

    /** Float16 has 11 significant bits, and maps are rounded after every operator. */
    private static final double HALF = 0.02;

    private static final int SIZE = 16;

    static Stream<Arguments> encoders() {
        return Stream.of(
                arguments("18, small images", ResNetEncoder.builder().smallImages(true), 3),
                arguments("34, stem that pools", ResNetEncoder.builder().depth(34), 3),
                arguments("50", ResNetEncoder.builder().depth(50).smallImages(true), 3),
                arguments("101, stem that pools", ResNetEncoder.builder().depth(101), 3),
                arguments(
                        "group norm, grey",
                        ResNetEncoder.builder()
                                .norm(NormLayer.GROUP_NORM)
                                .inputChannels(1)
                                .widthMultiplier(0.1875),
                        1),
                arguments(
                        "pre-activation, 18",
                        ResNetEncoder.builder().smallImages(true).preActivation(true),
                        3),
                // Not with a stem that pools: groups of one pixel have no deviation to divide by,
                // and
                // what rounding leaves of it is blown up.
                arguments(
                        "pre-activation, 50, group norm",
                        ResNetEncoder.builder()
                                .depth(50)
                                .smallImages(true)
                                .preActivation(true)
                                .norm(NormLayer.GROUP_NORM),
                        3),
                arguments(
                        "pre-activation, 50, stem that pools",
                        ResNetEncoder.builder().depth(50).preActivation(true),
                        3),
                arguments(
                        "one block a stage, then two",
                        ResNetEncoder.builder().smallImages(true).stageBlocks(1, 2, 1, 1),
                        3));
    }

    static Stream<Arguments> denoisers() {
        return Stream.of(
                arguments("whole", unet(3), LayerModulation.whole()),
                arguments("paired, grey", unet(1).groups(8), LayerModulation.paired()),
                arguments("rescaled sums", unet(3).rescaledSums(true), LayerModulation.whole()),
                arguments(
                        "grouped, heads, undivided times",
                        unet(3).channelsPerHead(8).timeDivisor(1).blocks(2),
                        LayerModulation.grouped(2)),
                arguments(
                        "resampling by convolutions, three levels",
                        unet(3).residualResampling(false).multipliers(1, 2, 2).attention(0, 2),
                        LayerModulation.paired()));
    }

    private static UNetDenoiserBuilder unet(int channels) {
        return UNetDenoiser.builder()
                .imageShape(channels, SIZE, SIZE)
                .channels(32)
                .multipliers(1, 2)
                .attention(1)
                .blocks(1)
                .residualResampling(true);
    }

    private static SodaBuilder model(ResNetEncoderBuilder encoder, int channels) {
        return Soda.builder()
                .device(Device.cpu())
                .encoder(encoder.build())
                .latent(LatentLayout.of(12))
                .denoiser(unet(channels).build());
    }

    private static Soda encoderOf(ResNetEncoderBuilder encoder, int channels) {
        if (encoder.build().config().widthMultiplier() == 1) {
            encoder.widthMultiplier(0.125);
        }
        return shaken(model(encoder, channels).build());
    }

    /** Gives norms the statistics and scales that a training would; drawn ones are 0 and 1. */
    static Soda shaken(Soda soda) {
        Random random = new Random(1);
        soda.parameters()
                .forEach(
                        (name, array) -> {
                            boolean vector = array.getShape().dimension() == 1;
                            if (vector && array.getDataType().isFloating()) {
                                float[] values = array.toFloatArray();
                                for (int i = 0; i < values.length; i++) {
                                    values[i] += 0.3f * random.nextFloat();
                                }
                                array.set(FloatBuffer.wrap(values));
                            }
                        });
        return soda;
    }

    static float[] uniform(int count) {
        Random random = new Random(2);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    /** The greatest difference, of the greatest expected number. */
    static double difference(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        double most = 0;
        double scale = 0;
        for (int i = 0; i < found.length; i++) {
            most = Math.max(most, Math.abs(found[i] - expected[i]));
            scale = Math.max(scale, Math.abs(expected[i]));
        }
        assertThat(scale).isPositive();
        return most / scale;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encoders")
    void encodersAgree(String name, ResNetEncoderBuilder encoder, int channels) throws Exception {
        try (Soda soda = encoderOf(encoder, channels)) {
            requireEncoding(soda, OnnxExport.encoder(soda), 3, CLOSE);
        }
    }

    private static void requireEncoding(Soda soda, OnnxExport export, int n, double bound)
            throws OrtException {
        int channels = soda.config().encoder().inputChannels();
        Shape shape = new Shape(n, channels, SIZE, SIZE);
        float[] pixels = uniform((int) shape.size());
        try (OnnxSession session = new OnnxSession(export.toBytes());
                NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            Map<String, float[]> found =
                    session.run(Map.of("images", new Input(pixels, shape.getShape())));
            NDArray images = manager.create(pixels, shape);
            assertThat(difference(found.get("latent"), soda.encode(images).toFloatArray()))
                    .isLessThan(bound);
            assertThat(
                            difference(
                                    found.get("normalized_latent"),
                                    soda.encodeNormalized(images).toFloatArray()))
                    .isLessThan(bound);
            assertThat(
                            difference(
                                    found.get("features"),
                                    soda.encodeFeatures(images).toFloatArray()))
                    .isLessThan(bound);
        }
    }

    @Test
    void anyNumberOfImagesAndFloat16() throws Exception {
        try (Soda soda = encoderOf(ResNetEncoder.builder().smallImages(true), 3)) {
            OnnxExport export = OnnxExport.encoder(soda);
            requireEncoding(soda, export, 1, CLOSE);
            requireEncoding(soda, export.half(true), 5, HALF);
            assertThat(export.half(true).toBytes().length)
                    .isLessThan(export.toBytes().length * 2 / 3);
        }
    }

    @Test
    void statisticsOfFeaturesStandardize() throws Exception {
        try (Soda soda = encoderOf(ResNetEncoder.builder().smallImages(true), 3)) {
            int width = 12 + ((ResNetEncoderConfig) soda.config().encoder()).stageFeatureSize();
            soda.keepFeatureStatistics(FeatureStatistics.of(uniform(4 * width), width));
            TestImages data = TestImages.darkAndBright(3, SIZE);
            float[] expected =
                    FeatureExtractor.of(soda)
                            .output(Output.JOINED)
                            .standardized(true)
                            .extract(data)
                            .sharedValues();
            try (OnnxSession session =
                    new OnnxSession(OnnxExport.encoder(soda).uint8(true).toBytes())) {
                float[] found =
                        session.run(Map.of("pixels", pixels(data, SIZE))).get("standardized");
                assertThat(difference(found, expected)).isLessThan(CLOSE);
            }
        }
    }

    private static Input pixels(TestImages data, int side) {
        int length = side * side * 3;
        int n = (int) data.size();
        byte[] all = new byte[n * length];
        for (int i = 0; i < n; i++) {
            System.arraycopy(data.image(i).pixels(), 0, all, i * length, length);
        }
        return new Input(all, n, side, side, 3);
    }

    @ParameterizedTest
    @EnumSource
    void otherProportionsAreFitted(ImagePreparation.Fit fit) throws Exception {
        try (Soda soda =
                        shaken(
                                model(
                                                ResNetEncoder.builder()
                                                        .smallImages(true)
                                                        .widthMultiplier(0.125),
                                                3)
                                        .preparation(new ImagePreparation(null, null, fit))
                                        .build());
                OnnxSession session =
                        new OnnxSession(OnnxExport.encoder(soda).uint8(true).toBytes())) {
            for (int[] size : new int[][] {{21, 40}, {50, 33}, {1, 30}}) {
                byte[] bytes = new byte[size[0] * size[1] * 3];
                new Random(4).nextBytes(bytes);
                PixelBuffer buffer = new PixelBuffer();
                buffer.set(size[1], size[0], 3, bytes);
                soda.config().preparation().apply(buffer, 3, SIZE, SIZE);
                float[] planes = new float[3 * SIZE * SIZE];
                for (int i = 0; i < planes.length; i++) {
                    int sample = buffer.pixels()[i % (SIZE * SIZE) * 3 + i / (SIZE * SIZE)];
                    planes[i] = (sample & 0xFF) / 255f;
                }
                try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
                    NDArray images = manager.create(planes, new Shape(1, 3, SIZE, SIZE));
                    Input pixels = new Input(bytes, 1, size[0], size[1], 3);
                    float[] found = session.run(Map.of("pixels", pixels)).get("latent");
                    assertThat(difference(found, soda.encode(images).toFloatArray()))
                            .isLessThan(2e-3);
                }
            }
        }
    }

    /** The preparation of files: grey, resized with 8 bits between its passes. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("encoders")
    void bytesOfAnySizeAreResized(String name, ResNetEncoderBuilder encoder, int channels)
            throws Exception {
        if (encoder.build().config().depth() > 18) {
            return; // The preparation is the same.
        }
        try (Soda soda = encoderOf(encoder, channels);
                OnnxSession session =
                        new OnnxSession(OnnxExport.encoder(soda).uint8(true).toBytes())) {
            for (int side : new int[] {9, SIZE, 40, 75}) {
                TestImages data = TestImages.darkAndBright(2, side);
                float[] expected = FeatureExtractor.of(soda).extract(data).sharedValues();
                float[] found = session.run(Map.of("pixels", pixels(data, side))).get("latent");
                // A level of 255 more or less at one pixel in a thousand.
                assertThat(difference(found, expected)).as("side %d", side).isLessThan(2e-3);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("denoisers")
    void denoisersAgree(String name, UNetDenoiserBuilder denoiser, LayerModulation modulation)
            throws Exception {
        UNetDenoiser block = denoiser.build();
        int channels = block.imageShape().get(0);
        try (Soda soda =
                shaken(
                        model(
                                        ResNetEncoder.builder()
                                                .inputChannels(channels)
                                                .widthMultiplier(0.125),
                                        channels)
                                .denoiser(block)
                                .modulation(modulation)
                                .build())) {
            OnnxExport export = OnnxExport.denoiser(soda);
            assertThat(denoising(soda, export)).isLessThan(CLOSE);
            assertThat(denoising(soda, export.half(true))).isBetween(1e-7, HALF);
        }
    }

    private static double denoising(Soda soda, OnnxExport export) throws OrtException {
        LatentLayout layout = soda.config().latent();
        int n = 2;
        Shape shape = new Shape(n, soda.config().denoiser().imageShape().get(0), SIZE, SIZE);
        float[] noisy = uniform((int) shape.size());
        float[] z = uniform(n * 12);
        float[] times = {700, 13};
        float[] keep = new float[n * layout.sections()];
        float[] kept = z.clone();
        for (int i = 0; i < keep.length; i++) {
            int section = i % layout.sections();
            keep[i] = i % 3 == 1 ? 0 : 1;
            int from = i / layout.sections() * 12 + layout.offset(section);
            for (int j = from; keep[i] == 0 && j < from + layout.size(section); j++) {
                kept[j] = 0;
            }
        }
        try (OnnxSession session = new OnnxSession(export.toBytes());
                NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            Map<String, float[]> found =
                    session.run(
                            Map.of(
                                    "x_t", new Input(noisy, shape.getShape()),
                                    "t", new Input(times, n),
                                    "z", new Input(z, n, 12),
                                    "keep", new Input(keep, n, layout.sections())));
            NDArray expected =
                    soda.denoise(
                            manager.create(noisy, shape),
                            manager.create(times),
                            manager.create(kept, new Shape(n, 12)));
            return difference(found.get("prediction"), expected.toFloatArray());
        }
    }

    /**
     * The loop of docs/onnx.md, which knows nothing but the file, draws what this library draws.
     */
    @ParameterizedTest
    @EnumSource(Prediction.class)
    void thePagesLoopDraws(Prediction prediction) throws Exception {
        int n = 2;
        int steps = 8;
        try (Soda soda =
                        shaken(
                                model(ResNetEncoder.builder().widthMultiplier(0.125), 3)
                                        .prediction(prediction)
                                        .build());
                OnnxSession session = new OnnxSession(OnnxExport.denoiser(soda).toBytes());
                NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            Map<String, String> about = session.session().getMetadata().getCustomMetadata();
            double[] alphaBar =
                    Arrays.stream(about.get("soda4j.alpha_bars").split(","))
                            .mapToDouble(Double::parseDouble)
                            .toArray();
            int sections = about.get("soda4j.sections").split(",").length;
            Shape shape = new Shape(n, 3, SIZE, SIZE);
            float[] z = uniform(n * 12);
            float[] x = uniform((int) shape.size());
            float[] keep = new float[n * sections];
            Arrays.fill(keep, 1);
            NDArray expected =
                    soda.sample(
                            manager.create(z, new Shape(n, 12)),
                            manager.create(x, shape),
                            SamplingOptions.defaults()
                                    .withGuidance(Guidance.none())
                                    .withSampler(
                                            DdimSampler.builder()
                                                    .steps(steps)
                                                    .spacing(TimestepSpacing.TRAILING)
                                                    .build()));
            int last = alphaBar.length - 1;
            for (int i = 0; i < steps; i++) {
                int t = last - last * i / steps;
                double a = alphaBar[t];
                double b = alphaBar[last - last * (i + 1) / steps];
                float[] p =
                        session.run(
                                        Map.of(
                                                "x_t", new Input(x, shape.getShape()),
                                                "t", new Input(new float[] {t, t}, n),
                                                "z", new Input(z, n, 12),
                                                "keep", new Input(keep, n, sections)))
                                .get("prediction");
                for (int j = 0; j < x.length; j++) {
                    double clean =
                            switch (about.get("soda4j.prediction")) {
                                case "EPSILON" -> (x[j] - Math.sqrt(1 - a) * p[j]) / Math.sqrt(a);
                                case "X0" -> p[j];
                                default -> Math.sqrt(a) * x[j] - Math.sqrt(1 - a) * p[j];
                            };
                    clean = Math.max(-1, Math.min(1, clean));
                    double noise = (x[j] - Math.sqrt(a) * clean) / Math.sqrt(1 - a);
                    x[j] = (float) (Math.sqrt(b) * clean + Math.sqrt(1 - b) * noise);
                }
            }
            for (int j = 0; j < x.length; j++) {
                x[j] = (x[j] + 1) / 2;
            }
            assertThat(difference(x, expected.toFloatArray())).isLessThan(1e-4);
        }
    }

    @Test
    void metadataTellWhereAFileComesFrom(@TempDir Path folder) throws Exception {
        try (Soda soda = encoderOf(ResNetEncoder.builder().smallImages(true), 3)) {
            OnnxExport.encoder(soda).metadata("licence", "MIT").write(folder.resolve("e.onnx"));
            byte[] file = Files.readAllBytes(folder.resolve("e.onnx"));
            Map<String, String> encoder = metadata(file);
            Map<String, String> denoiser = metadata(OnnxExport.denoiser(soda).toBytes());
            assertThat(encoder)
                    .containsEntry("licence", "MIT")
                    .containsEntry("soda4j.part", "encoder")
                    .containsEntry("soda4j.sections", "12")
                    .containsEntry("soda4j.config", soda.config().toJson());
            assertThat(denoiser.get("soda4j.fingerprint"))
                    .matches("[0-9a-f]{64}")
                    .isEqualTo(encoder.get("soda4j.fingerprint"));
            String[] alphaBars = denoiser.get("soda4j.alpha_bars").split(",");
            assertThat(alphaBars).hasSize(1001);
            assertThat(Double.parseDouble(alphaBars[1000]))
                    .isEqualTo(soda.config().schedule().alphaBar(1000));
            assertThat(denoiser).containsEntry("soda4j.prediction", "EPSILON");
            assertThat(OnnxExport.encoder(soda).metadata("licence", "MIT").toBytes())
                    .isEqualTo(file);

            NDArray bias = soda.parameters().get("encoder.fc.bias");
            bias.set(FloatBuffer.wrap(uniform(12)));
            assertThat(metadata(OnnxExport.encoder(soda).toBytes()).get("soda4j.fingerprint"))
                    .isNotEqualTo(encoder.get("soda4j.fingerprint"));
        }
    }

    private static Map<String, String> metadata(byte[] file) throws OrtException {
        try (OnnxSession opened = new OnnxSession(file)) {
            OrtSession session = opened.session();
            return Map.copyOf(session.getMetadata().getCustomMetadata());
        }
    }

    @Test
    void refusesWhatItCannotExport() {
        try (Soda soda = encoderOf(ResNetEncoder.builder().smallImages(true), 3)) {
            assertThatThrownBy(() -> OnnxExport.denoiser(soda).uint8(true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("expected the export of an encoder");
            assertThatThrownBy(() -> OnnxExport.encoder(soda).metadata("soda4j.part", "x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("soda4j.part");
            NDArray kernel = soda.parameters().get("encoder.layer1.0.conv1.weight");
            kernel.set(FloatBuffer.wrap(filled((int) kernel.size(), 1e6f)));
            assertThatThrownBy(() -> OnnxExport.encoder(soda).half(true).toBytes())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("65504")
                    .hasMessageContaining("layer1.0.conv1.weight");
        }
    }

    private static float[] filled(int size, float value) {
        float[] values = new float[size];
        Arrays.fill(values, value);
        return values;
    }
}
