package org.soda4j;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.soda4j.engine.DeviceArrays;
import org.soda4j.engine.NumberFormat;
import org.soda4j.model.Conditions;
import org.soda4j.model.ImageChecks;
import org.soda4j.model.LatentSampler;
import org.soda4j.model.ResultCheck;
import org.soda4j.model.SodaModel;
import org.soda4j.model.TrainingLoss;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.CameraFrame;
import org.soda4j.novelview.EncodedViews;
import org.soda4j.novelview.ViewBatch;
import org.soda4j.novelview.ViewBlocks;
import org.soda4j.novelview.ViewDraw;

/** How a model with cameras encodes, draws and learns: what {@link Soda} does with views. */
final class NovelViews {

    private static final int[] VIEWS_AXIS = {1};

    private final SodaConfig config;
    private final SodaModel model;
    private final LatentSampler sampler;
    private final TrainingLoss loss;
    private final Device device;
    private final NumberFormat precision;
    private final ViewBlocks blocks;
    private final ResultCheck results;

    NovelViews(
            SodaConfig config,
            SodaModel model,
            LatentSampler sampler,
            TrainingLoss loss,
            Device device,
            NumberFormat precision,
            long seed) {
        this.config = config;
        this.model = model;
        this.sampler = sampler;
        this.loss = loss;
        this.device = device;
        this.precision = precision;
        results = new ResultCheck(model, precision);
        blocks = new ViewBlocks(config.views(), config.latent().size(), seed);
        blocks.initialize(model.manager(), model.store());
    }

    /** Adds the parameters by their full names. */
    void addTo(Map<String, Parameter> all) {
        blocks.addTo(all);
    }

    EncodedViews encode(NDArray images, List<List<Camera>> cameras) {
        ImageChecks.requireViews("images", images, config.encoder().inputChannels(), true);
        requireSourceCameras(images.getShape(), cameras);
        NDManager caller = images.getManager();
        try (NDManager scope = caller.newSubManager(device)) {
            List<Camera> references = references(cameras);
            NDArray latents = latents(scope, images, cameras, references, false, precision);
            results.finite("view latents", latents, latents.getShape().get(0));
            NDArray pooled = blocks.pool(latents, false);
            results.finite("pooled latents", pooled, pooled.getShape().get(0));
            latents.attach(caller);
            pooled.attach(caller);
            return new EncodedViews(latents, pooled, references);
        }
    }

    NDArray features(NDArray images, List<List<Camera>> cameras) {
        ImageChecks.requireViews("images", images, config.encoder().inputChannels(), true);
        requireSourceCameras(images.getShape(), cameras);
        NDManager caller = images.getManager();
        try (NDManager scope = caller.newSubManager(device)) {
            List<Camera> references = references(cameras);
            NDArray features = encoded(scope, images, cameras, references, false, precision).get(1);
            long n = images.getShape().get(0);
            NDArray mean = features.reshape(n, -1, config.encoder().featureSize()).mean(VIEWS_AXIS);
            results.finite("pooled features", mean, n);
            mean.attach(caller);
            return mean;
        }
    }

    private void requireSourceCameras(Shape images, List<List<Camera>> cameras) {
        if (cameras.size() != images.get(0)) {
            throw new IllegalArgumentException(
                    "cameras: expected those of %d examples, found %d"
                            .formatted(images.get(0), cameras.size()));
        }
        for (int i = 0; i < cameras.size(); i++) {
            if (cameras.get(i).size() != images.get(1)) {
                throw new IllegalArgumentException(
                        "cameras of example %d: expected %d, one for each source view, found %d"
                                .formatted(i, images.get(1), cameras.get(i).size()));
            }
            for (int s = 0; s < images.get(1); s++) {
                if (cameras.get(i).get(s) == null) {
                    throw new IllegalArgumentException(
                            "camera of source view %d of example %d: expected a camera, found null"
                                    .formatted(s, i));
                }
            }
        }
    }

    private List<Camera> references(List<List<Camera>> cameras) {
        CameraFrame frame = config.views().frame();
        return cameras.stream().map(frame::reference).toList();
    }

    /** Images {@code [N, S, C, H, W]} to latents {@code [N, S, d]} in {@code scope}. */
    private NDArray latents(
            NDManager scope,
            NDArray images,
            List<List<Camera>> cameras,
            List<Camera> references,
            boolean training,
            NumberFormat low) {
        NDArray z = encoded(scope, images, cameras, references, training, low).get(0);
        return z.reshape(images.getShape().get(0), images.getShape().get(1), z.getShape().get(1));
    }

    private NDList encoded(
            NDManager scope,
            NDArray images,
            List<List<Camera>> cameras,
            List<Camera> references,
            boolean training,
            NumberFormat low) {
        Shape shape = images.getShape();
        NDArray all = DeviceArrays.onDevice(images, device);
        all.attach(scope);
        NDArray flat = all.reshape(-1, shape.get(2), shape.get(3), shape.get(4));
        NDArray normal = config.normalization().apply(flat);
        List<Camera> placed = new ArrayList<>();
        for (int i = 0; i < cameras.size(); i++) {
            for (Camera camera : cameras.get(i)) {
                placed.add(config.views().frame().place(camera, references.get(i)));
            }
        }
        NDArray rays = blocks.sourceChannels(placed, flat, training);
        return model.encode(new NDList(normal, rays), training, low);
    }

    /** The latents {@code [N S, d]} of all sources, as in training, in {@code scope}. */
    NDArray sourceLatents(ViewBatch batch, NDManager scope) {
        NDArray images = batch.sources();
        ImageChecks.requireViews("sources", images, config.encoder().inputChannels(), false);
        List<List<Camera>> cameras =
                batch.readSourceCameras(Math.toIntExact(images.getShape().get(1)));
        return encoded(scope, images, cameras, references(cameras), true, NumberFormat.FLOAT32)
                .get(0);
    }

    NDArray sample(EncodedViews views, List<Camera> targets, SamplingOptions options) {
        NDArray latents = views.latents();
        requireViewLatents(views, config.latent().size());
        long n = latents.getShape().get(0);
        long count = targets.size();
        if (count < 1 || (n > 1 && count != n)) {
            throw new IllegalArgumentException(
                    "target cameras: expected %s, found %d"
                            .formatted(
                                    n == 1
                                            ? "at least 1"
                                            : "%d, one for each example (or one example and any number)"
                                                    .formatted(n),
                                    count));
        }
        NDManager caller = latents.getManager();
        try (NDManager scope = caller.newSubManager(device)) {
            NDArray sources = DeviceArrays.owned(latents, device, scope);
            NDArray pooled = DeviceArrays.owned(views.pooled(), device, scope);
            if (n != count) {
                Shape shape = latents.getShape();
                sources = sources.broadcast(new Shape(count, shape.get(1), shape.get(2)));
                pooled = pooled.broadcast(new Shape(count, shape.get(2)));
            }
            List<Camera> references = targets.stream().map(c -> views.references().get(0)).toList();
            return sampler.sample(
                    caller,
                    conditions(
                            pooled,
                            sources,
                            targets,
                            n == count ? views.references() : references,
                            false),
                    options.seed(),
                    options::draw);
        }
    }

    private Conditions conditions(
            NDArray pooled,
            NDArray sources,
            List<Camera> targets,
            List<Camera> references,
            boolean training) {
        List<Camera> placed = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i) == null) {
                throw new IllegalArgumentException(
                        "target camera %d: expected a camera, found null".formatted(i));
            }
            placed.add(config.views().frame().place(targets.get(i), references.get(i)));
        }
        List<Integer> image = config.denoiser().imageShape();
        NDArray rays = blocks.targetChannels(placed, image.get(1), image.get(2), pooled, training);
        boolean crosses = !config.views().crossAttention().isEmpty();
        return new Conditions(pooled, rays, crosses ? sources : null);
    }

    NDArray loss(ViewBatch batch, TrainingDraw draw, boolean training, NumberFormat low) {
        int channels = config.encoder().inputChannels();
        ImageChecks.requireViews("sources", batch.sources(), channels, false);
        ImageChecks.requireImages("target", batch.target(), config.denoiser().imageShape());
        requireDraw(draw, batch);
        requireViewDraw(draw, batch.sources().getShape());
        NDManager caller = batch.sources().getManager();
        int count = draw.views().sources();
        try (NDManager scope = caller.newSubManager(device)) {
            NDArray sources = batch.sources().get(":, 0:" + count);
            sources.attach(scope);
            List<List<Camera>> cameras = batch.readSourceCameras(count);
            List<Camera> references = references(cameras);
            NDArray latents = latents(scope, sources, cameras, references, training, low);
            NDArray pooled = loss.masked(blocks.pool(latents, training), draw.keep());
            NDArray each = loss.masked(latents, draw.keep());
            Conditions whole =
                    conditions(pooled, each, batch.readTargetCameras(), references, training);
            NDArray camera = TrainingLoss.masked(whole.camera(), draw.views().keepCamera());
            Conditions masked = new Conditions(pooled, camera, whole.sources());
            return loss.of(
                    caller, masked, batch.target(), draw.noise(), draw.times(), training, low);
        }
    }

    private static void requireDraw(TrainingDraw draw, ViewBatch batch) {
        Shape target = batch.target().getShape();
        long examples = batch.sources().getShape().get(0);
        ImageChecks.requireDraw(draw.times(), draw.noise(), draw.keep(), target, examples);
    }

    /** Encoded views of this model's latent size. */
    private static void requireViewLatents(EncodedViews views, int size) {
        ImageChecks.requireFloats("view latents", views.latents(), 3);
        ImageChecks.requireFloats("pooled latents", views.pooled(), 2);
        Shape shape = views.latents().getShape();
        Shape pooled = views.pooled().getShape();
        boolean fits = shape.get(0) >= 1 && shape.get(1) >= 1 && shape.get(2) == size;
        fits &= pooled.equals(new Shape(shape.get(0), size));
        fits &= views.references().size() == shape.get(0);
        if (!fits) {
            throw new IllegalArgumentException(
                    "views: expected latents [N, S, %d], pooled [N, %d] and N references, found %s, %s and %d"
                            .formatted(size, size, shape, pooled, views.references().size()));
        }
        ImageChecks.requireFinite("view latents", views.latents());
        ImageChecks.requireFinite("pooled latents", views.pooled());
    }

    /** What chance decided about cameras, for a batch of source views. */
    private static void requireViewDraw(TrainingDraw draw, Shape sources) {
        ViewDraw views = draw.views();
        if (views == null || views.keepCamera().length != sources.get(0)) {
            throw new IllegalArgumentException(
                    "draw: expected views with camera masks for %d examples, found %s"
                            .formatted(
                                    sources.get(0),
                                    views == null ? "none" : views.keepCamera().length));
        }
        if (views.sources() < 1 || views.sources() > sources.get(1)) {
            throw new IllegalArgumentException(
                    "sources: expected at least %d source views of each example, as many as the model's training asks for, found %d"
                            .formatted(views.sources(), sources.get(1)));
        }
    }
}
