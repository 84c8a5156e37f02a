package org.soda4j.eval.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.NoisePredictor;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.diffusion.NoiseSource;
import org.soda4j.diffusion.Sampler;
import org.soda4j.diffusion.SamplingStep;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.diffusion.Trajectory;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.eval.onnx.OnnxSession.Input;
import org.soda4j.latent.LayerModulation;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.CameraFrame;
import org.soda4j.novelview.EncodedViews;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;
import org.soda4j.novelview.RayEncoding;
import org.soda4j.novelview.ViewConditioning;
import org.soda4j.novelview.ViewPooling;

/** ONNX Runtime computes from exported models with cameras what the models compute. */
class OnnxViewsTest {

    private static final double CLOSE = 1e-4;
    private static final double HALF = 0.02;

    private static final int SIZE = 16;
    private static final int LATENT = 12;
    private static final int OBJECTS = 2;
    private static final long TIME = 700;

    static Stream<Arguments> models() {
        return Stream.of(
                arguments("one source", ViewConditioning.builder(), LayerModulation.whole(), 0, 1),
                arguments(
                        "attention to sections of three sources, projected rays",
                        ViewConditioning.builder()
                                .frame(CameraFrame.RELATIVE)
                                .rays(new RayEncoding(3, 0, 8))
                                .pooling(ViewPooling.ATTENTION)
                                .crossAttention(0, 1),
                        LayerModulation.paired(),
                        8,
                        3),
                arguments(
                        "attention at the first level, mean of two sources",
                        ViewConditioning.builder().rays(new RayEncoding(0, 2, 0)).crossAttention(0),
                        LayerModulation.grouped(2),
                        0,
                        2));
    }

    private static Soda model(
            ViewConditioning.Builder views, LayerModulation modulation, int channelsPerHead) {
        Soda soda =
                OnnxExportTest.shaken(
                        TinyModels.builder()
                                .encoder(
                                        ResNetEncoder.builder()
                                                .widthMultiplier(0.125)
                                                .smallImages(true)
                                                .build())
                                .denoiser(
                                        UNetDenoiser.builder()
                                                .imageShape(3, SIZE, SIZE)
                                                .channels(32)
                                                .multipliers(1, 2)
                                                .attention(1)
                                                .blocks(1)
                                                .channelsPerHead(channelsPerHead)
                                                .build())
                                .modulation(modulation)
                                .views(views.build())
                                .build());
        // It begins as zeros, which would hide the rays from the encoder.
        NDArray kernel = soda.parameters().get("encoder.views.conv1.weight");
        kernel.set(FloatBuffer.wrap(OnnxExportTest.uniform((int) kernel.size())));
        return soda;
    }

    private static Camera camera(double azimuth) {
        return new Camera(
                Intrinsics.ofHorizontalView(SIZE, SIZE, 50),
                Pose.orbit(2, Math.toRadians(azimuth), Math.toRadians(20)));
    }

    private static List<List<Camera>> cameras(int sources) {
        List<List<Camera>> all = new ArrayList<>();
        for (int i = 0; i < OBJECTS; i++) {
            List<Camera> each = new ArrayList<>();
            for (int s = 0; s < sources; s++) {
                each.add(camera(37 * i + 71 * s));
            }
            all.add(each);
        }
        return all;
    }

    /** The rays of cameras that stand in the model's frame. */
    private static Input rays(Soda soda, List<Camera> cameras, List<Camera> references) {
        float[] rays = new float[cameras.size() * 6 * SIZE * SIZE];
        for (int i = 0; i < cameras.size(); i++) {
            soda.config()
                    .views()
                    .frame()
                    .place(cameras.get(i), references.get(i))
                    .rays(SIZE, SIZE, rays, i * 6 * SIZE * SIZE);
        }
        return new Input(rays, cameras.size(), 6, SIZE, SIZE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void encoderAndDenoiserAgree(
            String name,
            ViewConditioning.Builder views,
            LayerModulation modulation,
            int channelsPerHead,
            int sources)
            throws Exception {
        Shape shape = new Shape(OBJECTS, sources, 3, SIZE, SIZE);
        float[] pixels = OnnxExportTest.uniform((int) shape.size());
        try (Soda soda = model(views, modulation, channelsPerHead);
                NDManager manager = NDManager.newBaseManager(Device.cpu());
                EncodedViews encoded =
                        soda.novelViews().encode(manager.create(pixels, shape), cameras(sources))) {
            Map<String, float[]> found = encoded(soda, pixels, sources, encoded.references());
            float[] latents = encoded.latents().toFloatArray();
            assertThat(OnnxExportTest.difference(found.get("latent"), latents)).isLessThan(CLOSE);

            OnnxExport export = OnnxExport.denoiser(soda);
            boolean[] some = new boolean[soda.config().latent().sections()];
            some[0] = some.length > 1;
            SectionKeep without = SectionKeep.of(some).withoutCamera();
            assertThat(denoising(soda, export, encoded, SectionKeep.ALL)).isLessThan(CLOSE);
            assertThat(denoising(soda, export, encoded, without)).isLessThan(CLOSE);
            assertThat(denoising(soda, export.half(true), encoded, SectionKeep.ALL))
                    .isBetween(1e-7, HALF);
        }
    }

    private static Map<String, float[]> encoded(
            Soda soda, float[] pixels, int sources, List<Camera> references) throws OrtException {
        List<Camera> all = new ArrayList<>();
        List<Camera> frames = new ArrayList<>();
        for (int i = 0; i < OBJECTS; i++) {
            for (Camera camera : cameras(sources).get(i)) {
                all.add(camera);
                frames.add(references.get(i));
            }
        }
        try (OnnxSession session = new OnnxSession(OnnxExport.encoder(soda).toBytes())) {
            assertThat(session.session().getMetadata().getCustomMetadata())
                    .containsEntry("soda4j.frame", soda.config().views().frame().name());
            Input images = new Input(pixels, (long) OBJECTS * sources, 3, SIZE, SIZE);
            return session.run(Map.of("images", images, "rays", rays(soda, all, frames)));
        }
    }

    private static double denoising(
            Soda soda, OnnxExport export, EncodedViews views, SectionKeep keep)
            throws OrtException {
        List<Camera> targets = List.of(camera(200), camera(95));
        OnePrediction expected = new OnePrediction(keep);
        soda.novelViews()
                .sample(
                        views,
                        targets,
                        SamplingOptions.defaults()
                                .withGuidance(Guidance.keeping(keep))
                                .withSampler(expected))
                .close();
        boolean[] flags = keep.flags(soda.config().latent().sections());
        float[] kept = new float[OBJECTS * flags.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = flags[i % flags.length] ? 1 : 0;
        }
        float camera = keep.keepsCamera() ? 1 : 0;
        Map<String, Input> inputs = new HashMap<>();
        inputs.put("x_t", new Input(expected.noisy, OBJECTS, 3, SIZE, SIZE));
        inputs.put("t", new Input(new float[] {TIME, TIME}, OBJECTS));
        inputs.put(
                "z",
                new Input(
                        views.latents().toFloatArray(),
                        OBJECTS,
                        views.latents().getShape().get(1),
                        LATENT));
        inputs.put("keep", new Input(kept, OBJECTS, flags.length));
        inputs.put("rays", rays(soda, targets, views.references()));
        inputs.put("keep_camera", new Input(new float[] {camera, camera}, OBJECTS));
        try (OnnxSession session = new OnnxSession(export.toBytes())) {
            float[] found = session.run(inputs).get("prediction");
            return OnnxExportTest.difference(found, expected.prediction);
        }
    }

    /** Asks the denoiser once instead of drawing, and keeps question and answer. */
    private static final class OnePrediction implements Sampler {

        private final SectionKeep keep;
        private float[] noisy;
        private float[] prediction;

        OnePrediction(SectionKeep keep) {
            this.keep = keep;
        }

        @Override
        public NDArray sample(
                DiffusionProcess process,
                NoisePredictor predictor,
                NDArray start,
                Guidance guidance,
                NoiseSource noise,
                Consumer<? super SamplingStep> listener) {
            noisy = start.toFloatArray();
            try (NDArray answer = predictor.predict(start, TIME, List.of(keep))) {
                prediction = answer.toFloatArray();
            }
            return start.duplicate();
        }

        @Override
        public long[] times(NoiseSchedule schedule) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Trajectory trajectory(
                DiffusionProcess process, NoiseSource noise, NDManager memory) {
            throw new UnsupportedOperationException();
        }
    }
}
