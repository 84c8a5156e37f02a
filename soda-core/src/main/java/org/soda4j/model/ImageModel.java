package org.soda4j.model;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Translator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.Guidance;
import org.soda4j.engine.DeviceArrays;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Lifetime;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;

/** What a model of single images, without cameras, does: encode, denoise, draw and learn. */
@Internal
public final class ImageModel {

    private static final int[] LATENT_AXIS = {1};

    private final SodaModel model;
    private final ModelSettings settings;
    private final LatentSampler sampler;
    private final TrainingLoss trainingLoss;
    private final ResultCheck results;

    /**
     * @param model encoder and denoiser
     * @param settings that go with them
     */
    public ImageModel(SodaModel model, ModelSettings settings) {
        this.model = model;
        this.settings = settings;
        sampler = new LatentSampler(model, settings);
        trainingLoss = new TrainingLoss(model, settings);
        results = new ResultCheck(model, settings.precision());
    }

    /** {@code [N, C, H, W] in [0, 1]} to z {@code [N, d]}. */
    public NDArray encode(NDArray images) {
        return encoding("latents", images, 0);
    }

    /** {@code [N, C, H, W] in [0, 1]} to what the encoder's last layer sees. */
    public NDArray encodeFeatures(NDArray images) {
        return encoding("pooled features", images, 1);
    }

    private NDArray encoding(String what, NDArray images, int output) {
        try (NDArray normal = normalized(images)) {
            NDList outputs = model.encode(new NDList(normal), settings.inference());
            NDArray result = outputs.remove(output);
            outputs.close();
            return results.finite(what, result, images.getShape().get(0));
        }
    }

    /** As {@link #encode}, to length 1. */
    public NDArray encodeNormalized(NDArray images) {
        try (NDArray z = encode(images);
                NDArray squares = z.mul(z);
                NDArray lengths = squares.sum(LATENT_AXIS)) {
            results.finite("squared lengths of latents", lengths, lengths.size());
            return z.normalize(2, 1, 1e-12);
        }
    }

    /** {@code [N, C, H, W] in [0, 1]} to latent and means of every stage, joined. */
    public NDArray encodeJoined(NDArray images) {
        try (NDArray normal = normalized(images)) {
            NDArray joined = model.encodeJoined(new NDList(normal), settings.precision());
            return results.finite("stage features", joined, images.getShape().get(0));
        }
    }

    private NDArray normalized(NDArray images) {
        ImageChecks.requireImages("images", images, settings.channels());
        try (NDArray pixels = DeviceArrays.onDevice(images, settings.device())) {
            return settings.normalization().apply(pixels);
        }
    }

    /** One evaluation of the denoiser, like {@code noisy}. */
    public NDArray denoise(NDArray noisy, NDArray times, NDArray latents) {
        NDArray prediction = denoising(noisy, times, latents, Set.of()).get(0);
        return results.finite("prediction", prediction, noisy.getShape().get(0));
    }

    /** One evaluation of the denoiser, of which only the named activations are kept. */
    public Map<String, NDArray> activations(
            NDArray noisy, NDArray times, NDArray latents, Set<String> names) {
        NDList outputs = denoising(noisy, times, latents, names);
        outputs.remove(0).close();
        Map<String, NDArray> activations = new LinkedHashMap<>();
        try {
            for (NDArray activation : outputs) {
                String name = activation.getName();
                results.finite("activation " + name, activation, noisy.getShape().get(0));
                activations.put(name, activation);
            }
        } catch (NonFiniteException e) {
            outputs.close();
            throw e;
        }
        return activations;
    }

    private NDList denoising(NDArray noisy, NDArray times, NDArray latents, Set<String> names) {
        ImageChecks.requireImages("noisy", noisy, settings.imageShape());
        ImageChecks.requireFinite("noisy", noisy);
        int steps = settings.process().schedule().steps();
        ImageChecks.requireTimes(times, noisy.getShape().get(0), steps);
        ImageChecks.requireLatents(latents, settings.latent().size());
        return model.denoise(noisy, times, new NDList(latents), settings.inference(), names);
    }

    /**
     * @param latents {@code [N, d]}
     * @param seed of the noise to begin with
     * @param draw the sampler
     * @return {@code [N, C, H, W] in [0, 1]}, in the manager of {@code latents}
     */
    public NDArray sample(NDArray latents, long seed, LatentSampler.Draw draw) {
        ImageChecks.requireLatents(latents, settings.latent().size());
        NDManager caller = latents.getManager();
        try (NDManager scope = caller.newSubManager(settings.device())) {
            return sampler.sample(caller, conditions(latents, scope), seed, draw);
        }
    }

    /**
     * @param latents {@code [N, d]}
     * @param noise to begin with, {@code [N, C, H, W]}
     * @param draw the sampler
     * @return {@code [N, C, H, W] in [0, 1]}, in the manager of {@code latents}
     */
    public NDArray sample(NDArray latents, NDArray noise, LatentSampler.Draw draw) {
        ImageChecks.requireLatents(latents, settings.latent().size());
        requireBatch("noise", noise, latents);
        NDManager caller = latents.getManager();
        try (NDManager scope = caller.newSubManager(settings.device())) {
            Conditions conditions = conditions(latents, scope);
            NDArray start = DeviceArrays.owned(noise, settings.device(), scope);
            return sampler.sample(caller, conditions, start, draw);
        }
    }

    /** The noise that images {@code [N, C, H, W] in [0, 1]} are drawn from. */
    public NDArray invert(
            NDArray images, NDArray latents, DdimInversion inversion, Guidance guidance) {
        ImageChecks.requireLatents(latents, settings.latent().size());
        requireBatch("images", images, latents);
        NDManager caller = images.getManager();
        try (NDManager scope = caller.newSubManager(settings.device())) {
            Conditions conditions = conditions(latents, scope);
            NDArray x = DeviceArrays.owned(images, settings.device(), scope).mul(2).sub(1);
            return sampler.invert(caller, conditions, x, inversion, guidance);
        }
    }

    private Conditions conditions(NDArray latents, NDManager scope) {
        return Conditions.of(DeviceArrays.owned(latents, settings.device(), scope));
    }

    private void requireBatch(String name, NDArray array, NDArray latents) {
        ImageChecks.requireImages(name, array, settings.imageShape());
        ImageChecks.requireFinite(name, array);
        if (array.getShape().get(0) != latents.getShape().get(0)) {
            throw new IllegalArgumentException(
                    "%s: expected one for each of the %d latents, found %s"
                            .formatted(name, latents.getShape().get(0), array.getShape()));
        }
    }

    /**
     * The training loss (paper eq. 2).
     *
     * @param source {@code [N, C, H, W]}, pixels around [0, 1]
     * @param target {@code [N, C, H, W] in [0, 1]}
     * @param times of each example, 1 .. T
     * @param noise like the target
     * @param keep which sections of its latent each example keeps
     * @param mode precision and gradients
     * @param term sees the latents before they are masked
     * @return a scalar in the manager of {@code source}
     */
    public NDArray loss(
            NDArray source,
            NDArray target,
            long[] times,
            NDArray noise,
            boolean[][] keep,
            OperatorMode mode,
            LatentTerm term) {
        ImageChecks.requireImages("source", source, settings.channels(), false);
        ImageChecks.requireImages("target", target, settings.imageShape());
        ImageChecks.requireDraw(times, noise, keep, target.getShape(), source.getShape().get(0));
        try (NDArray images = DeviceArrays.onDevice(source, settings.device());
                NDArray normal = settings.normalization().apply(images);
                NDList encoded = model.encode(new NDList(normal), mode);
                NDArray z = trainingLoss.masked(encoded.get(0), keep)) {
            NDArray loss =
                    trainingLoss.of(
                            source.getManager(), Conditions.of(z), target, noise, times, mode);
            return term.addedTo(loss, encoded.get(0));
        }
    }

    /** The latents {@code [N, d]} of source views, as in training, in {@code scope}. */
    public NDArray sourceLatents(NDArray source, NDManager scope) {
        ImageChecks.requireImages("source", source, settings.channels(), false);
        NDArray pixels = DeviceArrays.owned(source, settings.device(), scope);
        NDArray normal = settings.normalization().apply(pixels);
        OperatorMode mode = new OperatorMode(true, NumberFormat.FLOAT32);
        return model.encode(new NDList(normal), mode).get(0);
    }

    /** A DJL predictor over the encoder; {@code single}, if not null, computes single inputs. */
    public <I, O> Predictor<I, O> newPredictor(
            Translator<I, O> translator, Lifetime lifetime, Function<I, O> single) {
        return model.newPredictor(translator, lifetime, single);
    }
}
