package org.soda4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.soda4j.diffusion.NoisePredictor;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.ThreadTeam;
import org.soda4j.latent.LatentLayout;

/** The denoiser under one batch of latents, as samplers ask it: all choices of sections at once. */
final class LatentPredictor implements NoisePredictor, AutoCloseable {

    private final SodaModel model;
    private final LatentLayout layout;
    private final OperatorMode mode;
    private final NDManager scope;
    private final Conditions conditions;
    private final ResultCheck results;
    private List<SectionKeep> keeps;
    private NDList kept;

    /**
     * @param conditions on the model's device; stay open
     */
    LatentPredictor(SodaModel model, ModelSettings settings, Conditions conditions) {
        this.model = model;
        this.conditions = conditions;
        layout = settings.latent();
        mode = settings.inference();
        results = new ResultCheck(model, settings.precision());
        scope = conditions.latent().getManager().newSubManager();
    }

    @Override
    public NDArray predict(NDArray x, long t, List<SectionKeep> asked) {
        ThreadTeam.adjust();
        if (!asked.equals(keeps)) {
            keepOnly(asked); // Once for a whole trajectory: the choices stay the same.
        }
        // Where choices differ in the latent only, the denoiser repeats images when it must.
        int k = kept.size() == 1 && model.repeatsImages() ? 1 : asked.size();
        long n = x.getShape().get(0);
        NDManager manager = x.getManager();
        float[] times = new float[Math.toIntExact(n * k)];
        Arrays.fill(times, t);
        NDArray stacked = k == 1 ? x : NDArrays.concat(new NDList(Collections.nCopies(k, x)), 0);
        try (NDArray onCpu = manager.create(times);
                NDArray at = onCpu.toDevice(x.getDevice(), false)) {
            NDList outputs = model.denoise(stacked, at, kept, mode, Set.of());
            // At once: a sampler's clipping would make infinite numbers finite.
            return results.finite("prediction at time " + t, outputs.get(0), n, x);
        } finally {
            if (stacked != x) {
                stacked.close();
            }
        }
    }

    private void keepOnly(List<SectionKeep> asked) {
        if (kept != null) {
            kept.close();
        }
        try (NDManager rows = scope.newSubManager()) {
            List<NDList> parts =
                    asked.stream()
                            .map(
                                    keep ->
                                            conditions.kept(
                                                    rows,
                                                    layout.mask(keep.flags(layout.sections())),
                                                    keep.keepsCamera()))
                            .toList();
            kept = new NDList();
            for (int i = 0; i < parts.get(0).size(); i++) {
                NDList same = new NDList();
                for (NDList part : parts) {
                    same.add(part.get(i));
                }
                NDArray joined = NDArrays.concat(same, 0);
                joined.attach(scope);
                kept.add(joined);
            }
        }
        keeps = List.copyOf(asked);
    }

    @Override
    public void close() {
        scope.close();
    }
}
