package org.soda4j;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.ParameterStore;
import ai.djl.translate.TranslateException;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.soda4j.diffusion.Guidance;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.novelview.EncodedViews;
import org.soda4j.novelview.RayEncoding;
import org.soda4j.novelview.ViewConditioning;

/**
 * A process that closes models while eight threads use them. Its arguments are how many, and an
 * empty folder. Every call gives what it gives on an open model, or is refused; the last line
 * counts them.
 */
final class ClosedModels {

    static final int THREADS = 8;

    /** A call that is let in has all its memory; what differs is the order of sums at most. */
    private static final float ORDER = 1e-5f;

    private static final SamplingOptions OPTIONS =
            SamplingOptions.defaults().withSteps(2).withGuidance(Guidance.none());

    /** Something that a model gives; what it takes is new in every call. */
    @FunctionalInterface
    private interface Call {
        float[] run(NDManager manager) throws Exception;
    }

    /** An open model: what is asked of it, and how it is closed. */
    private record Subject(List<Call> calls, Runnable closer) {}

    @FunctionalInterface
    private interface Kind {
        Subject open() throws Exception;
    }

    private ClosedModels() {}

    public static void main(String[] args) throws Exception {
        int closes = Integer.parseInt(args[0]);
        Path folder = Files.createDirectories(Path.of(args[1]));
        try (Soda saved = model(18, Precision.FP32)) {
            saved.save(folder);
        }
        Map<String, Kind> kinds = new TreeMap<>();
        kinds.put("ResNet-18", () -> images(model(18, Precision.FP32)));
        kinds.put("ResNet-18, bfloat16", () -> images(model(18, Precision.BF16)));
        kinds.put("ResNet-50", () -> images(model(50, Precision.FP32)));
        kinds.put("Views", () -> views(viewModel()));
        kinds.put("Criteria", () -> criteria(folder));
        long[] counts = new long[2];
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Map.Entry<String, Kind>> all = List.copyOf(kinds.entrySet());
        Map<String, List<float[]>> expected = new TreeMap<>();
        for (Map.Entry<String, Kind> kind : all) {
            expected.put(kind.getKey(), results(kind.getValue().open()));
        }
        for (int i = 0; i < closes; i++) {
            Map.Entry<String, Kind> kind = all.get(i % all.size());
            long[] some =
                    close(threads, kind.getValue().open(), expected.get(kind.getKey()), i / 5 % 4);
            counts[0] += some[0];
            counts[1] += some[1];
        }
        threads.shutdown();
        System.out.printf("%d closed, %d right, %d refused%n", closes, counts[0], counts[1]);
    }

    private static List<float[]> results(Subject subject) throws Exception {
        List<float[]> results = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            for (Call call : subject.calls()) {
                results.add(call.run(manager));
            }
        } finally {
            subject.closer().run();
        }
        return results;
    }

    /** Closes the model after some calls, 0 to 3 a thread; returns how many were right, refused. */
    private static long[] close(
            ExecutorService threads, Subject subject, List<float[]> expected, int calls)
            throws Exception {
        CountDownLatch ready = new CountDownLatch(THREADS * (calls + 1));
        List<Future<Long>> users = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int first = t;
            users.add(threads.submit(() -> use(subject.calls(), expected, first, ready)));
        }
        ready.await();
        // An interrupted thread closes, too.
        Thread.currentThread().interrupt();
        subject.closer().run();
        subject.closer().run();
        if (!Thread.interrupted()) {
            throw new IllegalStateException("expected the interrupt to stay");
        }
        long right = 0;
        for (Future<Long> user : users) {
            right += user.get();
        }
        return new long[] {right, users.size()};
    }

    /** As {@link #calls}; one that fails does not keep the closer waiting. */
    private static long use(
            List<Call> calls, List<float[]> expected, int first, CountDownLatch ready)
            throws Exception {
        try {
            return calls(calls, expected, first, ready);
        } finally {
            while (ready.getCount() > 0) {
                ready.countDown();
            }
        }
    }

    /** Calls until the first refusal; returns how many calls were right. */
    private static long calls(
            List<Call> calls, List<float[]> expected, int first, CountDownLatch ready)
            throws Exception {
        for (int i = 0; ; i++) {
            ready.countDown();
            int chosen = (first + i) % calls.size();
            float[] found;
            try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
                found = calls.get(chosen).run(manager);
            } catch (IllegalStateException e) {
                requireRefusal(e);
                return i;
            } catch (TranslateException e) { // How DJL says what was thrown.
                requireRefusal(e.getCause());
                return i;
            }
            requireSame("call " + chosen, found, expected.get(chosen));
        }
    }

    private static void requireRefusal(Throwable e) {
        if (!(e instanceof IllegalStateException) || !e.getMessage().contains("closed")) {
            throw new AssertionError("expected the refusal of a closed model", e);
        }
    }

    private static void requireSame(String what, float[] found, float[] expected) {
        if (found.length != expected.length) {
            throw new AssertionError(what + ": " + found.length + " numbers");
        }
        for (int i = 0; i < found.length; i++) {
            if (!(Math.abs(found[i] - expected[i]) <= ORDER * (1 + Math.abs(expected[i])))) {
                throw new AssertionError(
                        "%s: expected %s at %d, found %s"
                                .formatted(what, expected[i], i, found[i]));
            }
        }
    }

    private static Soda model(int depth, Precision precision) {
        return TinyModels.builder()
                .encoder(
                        ResNetEncoder.builder()
                                .depth(depth)
                                .widthMultiplier(0.125)
                                .smallImages(true)
                                .build())
                .precision(precision)
                .seed(2)
                .build();
    }

    private static Subject images(Soda soda) {
        List<Call> calls =
                List.of(
                        manager -> soda.encode(TinyModels.images(manager, 2)).toFloatArray(),
                        manager ->
                                soda.sample(TinyModels.latents(manager, 2), OPTIONS).toFloatArray(),
                        manager -> predicted(soda.newPredictor(Image.class)),
                        manager ->
                                soda.encodeFeatures(TinyModels.images(manager, 1)).toFloatArray(),
                        manager ->
                                soda.reconstruct(TinyModels.images(manager, 1), OPTIONS)
                                        .toFloatArray(),
                        manager -> block(soda, manager),
                        manager -> new float[] {soda.describe().parameterCount()});
        return new Subject(calls, soda::close);
    }

    private static float[] block(Soda soda, NDManager manager) {
        NDList inputs = new NDList(TinyModels.images(manager, 1));
        ParameterStore store = new ParameterStore(manager, false);
        return soda.encoder().forward(store, inputs, false).get(0).toFloatArray();
    }

    private static float[] predicted(Predictor<Image, float[]> predictor) throws Exception {
        try (predictor) {
            BufferedImage image = new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB);
            image.setRGB(3, 4, 0xffee11);
            return predictor.predict(ImageFactory.getInstance().fromImage(image));
        }
    }

    private static Soda viewModel() {
        ViewConditioning views =
                ViewConditioning.builder()
                        .rays(new RayEncoding(3, 2, 20))
                        .crossAttention(0)
                        .build();
        return TinyModels.builder().views(views).seed(1).build();
    }

    private static Subject views(Soda soda) {
        List<Call> calls =
                List.of(
                        manager -> encoded(soda, manager).latents().toFloatArray(),
                        manager ->
                                soda.novelViews()
                                        .sample(
                                                encoded(soda, manager),
                                                List.of(ViewScenes.camera(16, 15)),
                                                OPTIONS)
                                        .toFloatArray());
        return new Subject(calls, soda::close);
    }

    private static EncodedViews encoded(Soda soda, NDManager manager) {
        return soda.novelViews()
                .encode(ViewScenes.images(manager, 16, 1, 2), ViewScenes.cameras(16, 1, 2));
    }

    private static Subject criteria(Path folder) throws Exception {
        ZooModel<Image, float[]> model =
                Criteria.builder()
                        .setTypes(Image.class, float[].class)
                        .optModelPath(folder)
                        .optTranslatorFactory(new ImageEncodingTranslatorFactory())
                        .build()
                        .loadModel();
        return new Subject(List.of(manager -> predicted(model.newPredictor())), model::close);
    }
}
