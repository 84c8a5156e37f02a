package org.soda4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.soda4j.diffusion.Guidance;
import org.soda4j.engine.DeviceArrays;
import org.soda4j.engine.Lifetime;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.model.Conditions;
import org.soda4j.model.ImageChecks;
import org.soda4j.model.LatentSampler;
import org.soda4j.model.LatentTerm;
import org.soda4j.model.ModelSettings;
import org.soda4j.model.ResultCheck;
import org.soda4j.model.SodaModel;
import org.soda4j.model.TrainingLoss;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.CameraFrame;
import org.soda4j.novelview.EncodedViews;
import org.soda4j.novelview.ViewBatch;
import org.soda4j.novelview.ViewBlocks;
import org.soda4j.novelview.ViewConditioning;
import org.soda4j.novelview.ViewDraw;

/**
 * What a model with cameras does ({@link SodaBuilder#views}): it encodes views of objects with
 * their cameras, and draws the objects as other cameras see them. {@link Soda#novelViews} gives it;
 * it belongs to that model and, once that is closed, throws {@link IllegalStateException}.
 *
 * <pre>{@code
 * NovelViews views = soda.novelViews();
 * EncodedViews objects = views.encode(images, cameras);
 * NDArray turned = views.sample(objects, targets, SamplingOptions.defaults());
 * }</pre>
 *
 * <p>Results are finite, as those of {@link Soda} are. Safe from several threads.
 */
public final class NovelViews {

    private static final int[] VIEWS_AXIS = {1};

    private final ViewConditioning conditioning;
    private final SodaModel model;
    private final ModelSettings settings;
    private final Lifetime lifetime;
    private final LatentSampler sampler;
    private final TrainingLoss loss;
    private final ViewBlocks blocks;
    private final ResultCheck results;

    NovelViews(
            ViewConditioning conditioning,
            SodaModel model,
            ModelSettings settings,
            Lifetime lifetime,
            long seed) {
        this.conditioning = conditioning;
        this.model = model;
        this.settings = settings;
        this.lifetime = lifetime;
        sampler = new LatentSampler(model, settings);
        loss = new TrainingLoss(model, settings);
        results = new ResultCheck(model, settings.precision());
        blocks = new ViewBlocks(conditioning, settings.latent().size(), seed);
        blocks.initialize(model.manager(), model.store());
    }

    /** Adds the parameters by their full names. */
    void addTo(Map<String, Parameter> all) {
        blocks.addTo(all);
    }

    /**
     * Encodes source views with their cameras.
     *
     * @param images float32 {@code [N, S, C, H, W] in [0, 1]}: S views of each of N objects; S may
     *     exceed what training had
     * @param cameras for each object, the camera of each view; they are resized to the images
     * @return latents of each view and of each object; the caller or the manager of {@code images}
     *     closes them
     * @throws IllegalArgumentException if images and cameras do not fit; names example and view
     */
    public EncodedViews encode(NDArray images, List<List<Camera>> cameras) {
        return lifetime.during(() -> encoding(images, cameras));
    }

    private EncodedViews encoding(NDArray images, List<List<Camera>> cameras) {
        ImageChecks.requireViews("images", images, settings.channels(), true);
        requireSourceCameras(images.getShape(), cameras);
        NDManager caller = images.getManager();
        try (NDManager scope = caller.newSubManager(settings.device())) {
            List<Camera> references = references(cameras);
            NDArray latents = latents(scope, images, cameras, references, settings.inference());
            results.finite("view latents", latents, latents.getShape().get(0));
            NDArray pooled = blocks.pool(latents, settings.inference());
            results.finite("pooled latents", pooled, pooled.getShape().get(0));
            latents.attach(caller);
            pooled.attach(caller);
            return new EncodedViews(latents, pooled, references);
        }
    }

    /**
     * Encodes source views into the pooled features before the encoder's last layer, the mean over
     * the views of an object, which probes use too.
     *
     * @param images as for {@link #encode}
     * @param cameras as for {@link #encode}
     * @return float32 {@code [N, config().encoder().featureSize()]}, in the manager of {@code
     *     images}
     * @throws IllegalArgumentException as for {@link #encode}
     */
    public NDArray encodeFeatures(NDArray images, List<List<Camera>> cameras) {
        return lifetime.during(() -> features(images, cameras));
    }

    private NDArray features(NDArray images, List<List<Camera>> cameras) {
        ImageChecks.requireViews("images", images, settings.channels(), true);
        requireSourceCameras(images.getShape(), cameras);
        NDManager caller = images.getManager();
        try (NDManager scope = caller.newSubManager(settings.device())) {
            List<Camera> references = references(cameras);
            NDArray features =
                    encoded(scope, images, cameras, references, settings.inference()).get(1);
            long n = images.getShape().get(0);
            NDArray mean = features.reshape(n, -1, features.getShape().get(1)).mean(VIEWS_AXIS);
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
        CameraFrame frame = conditioning.frame();
        return cameras.stream().map(frame::reference).toList();
    }

    /** Images {@code [N, S, C, H, W]} to latents {@code [N, S, d]} in {@code scope}. */
    private NDArray latents(
            NDManager scope,
            NDArray images,
            List<List<Camera>> cameras,
            List<Camera> references,
            OperatorMode mode) {
        NDArray z = encoded(scope, images, cameras, references, mode).get(0);
        return z.reshape(images.getShape().get(0), images.getShape().get(1), z.getShape().get(1));
    }

    private NDList encoded(
            NDManager scope,
            NDArray images,
            List<List<Camera>> cameras,
            List<Camera> references,
            OperatorMode mode) {
        Shape shape = images.getShape();
        NDArray all = DeviceArrays.onDevice(images, settings.device());
        all.attach(scope);
        NDArray flat = all.reshape(-1, shape.get(2), shape.get(3), shape.get(4));
        NDArray normal = settings.normalization().apply(flat);
        List<Camera> placed = new ArrayList<>();
        for (int i = 0; i < cameras.size(); i++) {
            for (Camera camera : cameras.get(i)) {
                placed.add(conditioning.frame().place(camera, references.get(i)));
            }
        }
        NDArray rays = blocks.sourceChannels(placed, flat, mode);
        return model.encode(new NDList(normal, rays), mode);
    }

    /** The latents {@code [N S, d]} of all sources, as in training, in {@code scope}. */
    NDArray sourceLatents(ViewBatch batch, NDManager scope) {
        NDArray images = batch.sources();
        ImageChecks.requireViews("sources", images, settings.channels(), false);
        List<List<Camera>> cameras =
                batch.readSourceCameras(Math.toIntExact(images.getShape().get(1)));
        OperatorMode mode = new OperatorMode(true, NumberFormat.FLOAT32);
        return encoded(scope, images, cameras, references(cameras), mode).get(0);
    }

    /**
     * Draws objects as target cameras see them.
     *
     * @param views what {@link #encode} gave for N objects
     * @param targets a camera for each object, or any number of cameras for a single one; they are
     *     resized to the denoiser's resolution
     * @param options sampler, guidance ({@link Guidance#latentAndCamera} for both apart), seed
     * @return float32 {@code [targets, C, H, W] in [0, 1]} at the denoiser's resolution, in the
     *     manager of {@code views.latents()}
     * @throws IllegalArgumentException if cameras and views do not fit
     */
    public NDArray sample(EncodedViews views, List<Camera> targets, SamplingOptions options) {
        return lifetime.during(() -> drawing(views, targets, options));
    }

    private NDArray drawing(EncodedViews views, List<Camera> targets, SamplingOptions options) {
        NDArray latents = views.latents();
        requireViewLatents(views, settings.latent().size());
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
        try (NDManager scope = caller.newSubManager(settings.device())) {
            NDArray sources = DeviceArrays.owned(latents, settings.device(), scope);
            NDArray pooled = DeviceArrays.owned(views.pooled(), settings.device(), scope);
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
                            settings.inference()),
                    options.seed(),
                    options::draw);
        }
    }

    private Conditions conditions(
            NDArray pooled,
            NDArray sources,
            List<Camera> targets,
            List<Camera> references,
            OperatorMode mode) {
        List<Camera> placed = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i) == null) {
                throw new IllegalArgumentException(
                        "target camera %d: expected a camera, found null".formatted(i));
            }
            placed.add(conditioning.frame().place(targets.get(i), references.get(i)));
        }
        List<Integer> image = settings.imageShape();
        NDArray rays = blocks.targetChannels(placed, image.get(1), image.get(2), pooled, mode);
        boolean crosses = !conditioning.crossAttention().isEmpty();
        return new Conditions(pooled, rays, crosses ? sources : null);
    }

    NDArray loss(ViewBatch batch, TrainingDraw draw, OperatorMode mode, LatentTerm term) {
        ImageChecks.requireViews("sources", batch.sources(), settings.channels(), false);
        ImageChecks.requireImages("target", batch.target(), settings.imageShape());
        requireDraw(draw, batch);
        requireViewDraw(draw, batch.sources().getShape());
        NDManager caller = batch.sources().getManager();
        int count = draw.views().sources();
        try (NDManager scope = caller.newSubManager(settings.device())) {
            NDArray sources = batch.sources().get(":, 0:" + count);
            sources.attach(scope);
            List<List<Camera>> cameras = batch.readSourceCameras(count);
            List<Camera> references = references(cameras);
            NDArray latents = latents(scope, sources, cameras, references, mode);
            NDArray ofViews = blocks.pool(latents, mode);
            NDArray pooled = loss.masked(ofViews, draw.keep());
            NDArray each = loss.masked(latents, draw.keep());
            Conditions whole =
                    conditions(pooled, each, batch.readTargetCameras(), references, mode);
            NDArray camera = TrainingLoss.masked(whole.camera(), draw.views().keepCamera());
            Conditions masked = new Conditions(pooled, camera, whole.sources());
            NDArray value =
                    loss.of(caller, masked, batch.target(), draw.noise(), draw.times(), mode);
            return term.addedTo(value, ofViews);
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

    /** The random draws that concern cameras, for a batch of source views. */
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
