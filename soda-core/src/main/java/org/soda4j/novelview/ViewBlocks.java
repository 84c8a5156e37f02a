package org.soda4j.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.Map;
import org.soda4j.engine.Internal;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;

/** What a model of novel views has beside encoder and denoiser: two ray encodings and the pool. */
@Internal
public final class ViewBlocks {

    private static final String ENCODER_RAYS = "encoder.views.rays";
    private static final String DENOISER_RAYS = "decoder.views.rays";
    private static final String POOL = "encoder.views.pool";

    private final NamedBlock encoderRays;
    private final NamedBlock denoiserRays;
    private final NamedBlock pool;
    private final int latentSize;
    private ParameterStore store;

    /**
     * @param views of the model
     * @param latentSize d
     * @param seed of the initial weights
     */
    public ViewBlocks(ViewConditioning views, int latentSize, long seed) {
        this.latentSize = latentSize;
        encoderRays = views.rays().newBlock(ENCODER_RAYS, seed);
        denoiserRays = views.rays().newBlock(DENOISER_RAYS, seed);
        pool = views.pooling().newBlock(latentSize, POOL, seed);
    }

    /**
     * Makes the parameters.
     *
     * @param manager takes them
     * @param store what the blocks find them by
     */
    public void initialize(NDManager manager, ParameterStore store) {
        this.store = store;
        Shape rays = new Shape(1, 6, 1, 1);
        encoderRays.initialize(manager, DataType.FLOAT32, rays);
        denoiserRays.initialize(manager, DataType.FLOAT32, rays);
        pool.initialize(manager, DataType.FLOAT32, new Shape(1, 1, latentSize));
    }

    /** Adds the parameters by their full names. */
    public void addTo(Map<String, Parameter> all) {
        encoderRays.namedParameters().forEach((name, p) -> all.put(ENCODER_RAYS + "." + name, p));
        pool.namedParameters().forEach((name, p) -> all.put(POOL + "." + name, p));
        denoiserRays.namedParameters().forEach((name, p) -> all.put(DENOISER_RAYS + "." + name, p));
    }

    /** The channels that join those of source images, {@code [cameras, R, H, W]}. */
    public NDArray sourceChannels(List<Camera> cameras, NDArray like, OperatorMode mode) {
        Shape images = like.getShape();
        return channels(encoderRays, cameras, images.get(2), images.get(3), like, mode);
    }

    /** The channels that join those of noisy images, {@code [cameras, R, H, W]}. */
    public NDArray targetChannels(
            List<Camera> cameras, long height, long width, NDArray like, OperatorMode mode) {
        return channels(denoiserRays, cameras, height, width, like, mode);
    }

    private NDArray channels(
            NamedBlock block,
            List<Camera> cameras,
            long height,
            long width,
            NDArray like,
            OperatorMode mode) {
        int h = Math.toIntExact(height);
        int w = Math.toIntExact(width);
        float[] numbers = new float[Math.multiplyExact(cameras.size() * 6, h * w)];
        for (int i = 0; i < cameras.size(); i++) {
            cameras.get(i).rays(h, w, numbers, i * 6 * h * w);
        }
        Shape shape = new Shape(cameras.size(), 6, h, w);
        try (NDArray onCpu = like.getManager().create(numbers, shape);
                NDArray rays = onCpu.toDevice(like.getDevice(), false)) {
            return block.forward(store, new NDList(rays), mode.training()).get(0);
        }
    }

    /** Latents {@code [N, S, d]} to {@code [N, d]}. */
    public NDArray pool(NDArray latents, OperatorMode mode) {
        return pool.forward(store, new NDList(latents), mode.training()).get(0);
    }
}
