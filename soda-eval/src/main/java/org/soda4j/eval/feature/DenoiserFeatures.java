package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.soda4j.Soda;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.diffusion.DiffusionProcess;

/**
 * What the denoiser's blocks say of an image: it is noised to one step of the diffusion and
 * denoised once, and each block's output is averaged over its pixels (Xiang et al., Denoising
 * diffusion autoencoders are unified self-supervised learners, 2023, section 3). The latent that
 * guides the denoiser is that of the clean image, or is dropped.
 *
 * <p>The noise is one and the same for all images, drawn from seed and step: an image has the same
 * features wherever it stands and whatever is encoded beside it.
 *
 * <pre>{@code
 * FeatureSet features =
 *         FeatureExtractor.of(soda)
 *                 .output(Output.DENOISER)
 *                 .denoiser(DenoiserFeatures.of(soda).withStep(50))
 *                 .extract(images);
 * }</pre>
 *
 * @param blocks names of {@link Soda#activationNames()}, at least one; features come in the order
 *     in which these are computed, {@code channels} of each
 * @param step the noise step t, 1 .. T
 * @param keepLatent whether the denoiser is given the image's latent
 * @param seed what the noise derives from
 */
public record DenoiserFeatures(List<String> blocks, int step, boolean keepLatent, long seed) {

    private static final String UP_PATH = "up.";
    private static final int[] SPACE = {2};

    /** Copies the list. */
    public DenoiserFeatures {
        blocks = List.copyOf(new LinkedHashSet<>(blocks));
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("blocks: expected at least one, found none");
        }
    }

    /**
     * Chooses without labels: all blocks of the up path, at a fifth of the schedule's steps. Blocks
     * know different things, so that all of them together are worth more than the best one, and the
     * step matters little ({@code docs/results.md}); {@code DenoiserFeatureProbe} chooses with
     * labels.
     *
     * @param soda the model
     * @return the choice, under the images' own latents, with seed 0
     * @throws IllegalStateException if the denoiser is not a {@code UNetDenoiser}, whose blocks are
     *     known
     */
    public static DenoiserFeatures of(Soda soda) {
        List<String> known = soda.activationNames();
        if (known.isEmpty()) {
            throw new IllegalStateException(
                    "denoiser features: expected a UNetDenoiser, whose blocks are known, found the %s; take the encoder's features"
                            .formatted(soda.config().denoiser()));
        }
        List<String> upPath = known.stream().filter(name -> name.startsWith(UP_PATH)).toList();
        int fifth = Math.max(1, soda.config().schedule().steps() / 5);
        return new DenoiserFeatures(upPath, fifth, true, 0);
    }

    /**
     * The same of other blocks.
     *
     * @param names of {@link Soda#activationNames()}, at least one
     * @return a changed copy
     */
    public DenoiserFeatures withBlocks(String... names) {
        return new DenoiserFeatures(List.of(names), step, keepLatent, seed);
    }

    /**
     * The same at another noise step.
     *
     * @param t 1 .. T
     * @return a changed copy
     */
    public DenoiserFeatures withStep(int t) {
        return new DenoiserFeatures(blocks, t, keepLatent, seed);
    }

    /**
     * The same with the latent or without.
     *
     * @param keep false drops it: the unconditional denoiser
     * @return a changed copy
     */
    public DenoiserFeatures withLatent(boolean keep) {
        return new DenoiserFeatures(blocks, step, keep, seed);
    }

    /**
     * The same with other noise.
     *
     * @param other any number
     * @return a changed copy
     */
    public DenoiserFeatures withSeed(long other) {
        return new DenoiserFeatures(blocks, step, keepLatent, other);
    }

    /**
     * Checks that a model has these blocks and this step.
     *
     * @param soda the model
     * @return the same, the blocks in the order in which the model computes them
     * @throws IllegalArgumentException if not; the message lists the blocks, or the steps, that
     *     there are
     */
    public DenoiserFeatures checkedFor(Soda soda) {
        List<String> known = soda.activationNames();
        if (!known.containsAll(blocks)) {
            List<String> unknown = new ArrayList<>(blocks);
            unknown.removeAll(known);
            throw new IllegalArgumentException(
                    "blocks: expected some of %s, which the denoiser has, found %s"
                            .formatted(known, unknown));
        }
        int last = soda.config().schedule().steps();
        if (step < 1 || step > last) {
            throw new IllegalArgumentException(
                    "step: expected 1 to %d, the schedule's, found %d".formatted(last, step));
        }
        List<String> inOrder = known.stream().filter(blocks::contains).toList();
        return new DenoiserFeatures(inOrder, step, keepLatent, seed);
    }

    /**
     * Computes the features of a batch.
     *
     * @param soda the model
     * @param images {@code [N, C, H, W] in [0, 1]} at the denoiser's resolution; not closed
     * @return float32 {@code [N, d]}, d being the channels of all blocks; the caller closes it
     * @throws IllegalArgumentException as for {@link #checkedFor}
     */
    public NDArray extract(Soda soda, NDArray images) {
        try (NDManager scope = images.getManager().newSubManager()) {
            return joined(soda, images, latents(soda, images, scope), scope);
        }
    }

    /** The same with latents {@code [N, d]} that are known already. */
    NDArray extract(Soda soda, NDArray images, NDArray latents) {
        try (NDManager scope = images.getManager().newSubManager()) {
            return joined(soda, images, keepLatent ? latents : latents.zerosLike(), scope);
        }
    }

    private NDArray joined(Soda soda, NDArray images, NDArray latents, NDManager scope) {
        Map<String, NDArray> parts = pooled(soda, images, latents, scope);
        NDArray joined = NDArrays.concat(new NDList(List.copyOf(parts.values())), 1);
        joined.attach(images.getManager());
        return joined;
    }

    /**
     * Computes the features of a batch, block by block.
     *
     * @param soda as for {@link #extract}
     * @param images as for {@link #extract}
     * @return block to float32 {@code [N, channels]}, in the order in which blocks are computed;
     *     the caller or the manager of the images closes them
     * @throws IllegalArgumentException as for {@link #checkedFor}
     */
    public Map<String, NDArray> byBlock(Soda soda, NDArray images) {
        try (NDManager scope = images.getManager().newSubManager()) {
            Map<String, NDArray> parts = pooled(soda, images, latents(soda, images, scope), scope);
            parts.values().forEach(part -> part.attach(images.getManager()));
            return parts;
        }
    }

    private NDArray latents(Soda soda, NDArray images, NDManager scope) {
        long n = images.getShape().get(0);
        NDArray latents =
                keepLatent
                        ? soda.encode(images)
                        : scope.zeros(new Shape(n, soda.config().latent().size()));
        latents.attach(scope);
        return latents;
    }

    private Map<String, NDArray> pooled(
            Soda soda, NDArray images, NDArray latents, NDManager scope) {
        checkedFor(soda);
        Shape shape = images.getShape();
        long n = shape.get(0);
        float[] noise = new float[Math.toIntExact(shape.size() / n)];
        new ViewRandom(seed, 0, 0, step).addGaussians(noise, 0, noise.length, 1);
        Shape one = new Shape(1, shape.get(1), shape.get(2), shape.get(3));
        DiffusionProcess process = new DiffusionProcess(soda.config().schedule());
        Map<String, NDArray> parts = new LinkedHashMap<>();
        NDArray doubled = images.mul(2);
        doubled.attach(scope);
        NDArray each = scope.create(noise, one).repeat(0, n);
        NDArray noisy = process.perturb(doubled.sub(1), each, step);
        NDArray times = scope.full(new Shape(n), step, DataType.INT64);
        soda.activations(noisy, times, latents, Set.copyOf(blocks))
                .forEach(
                        (name, map) -> {
                            NDArray pixels = map.reshape(n, map.getShape().get(1), -1);
                            parts.put(name, pixels.mean(SPACE));
                        });
        return parts;
    }

    /** {@return blocks, step and latent in words, such as {@code up.1 at t = 100, seed 0}} */
    @Override
    public String toString() {
        return "%s at t = %d%s, seed %d"
                .formatted(String.join(", ", blocks), step, keepLatent ? "" : ", no latent", seed);
    }
}
