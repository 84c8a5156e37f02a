package org.soda4j.training;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.soda4j.Soda;
import org.soda4j.TrainingDraw;

/** One optimiser step, from a batch of two views to new parameters and averages. */
final class TrainingStep {

    private final Soda soda;
    private final TrainingConfig config;
    private final TrainingDraws draws;
    private final AdamW optimizer;
    private final MovingAverage average;

    /** What a step gives: loss of the batch, global norm of its gradients before clipping. */
    record Result(double loss, double gradientNorm) {}

    TrainingStep(
            Soda soda,
            TrainingConfig config,
            TrainingDraws draws,
            AdamW optimizer,
            MovingAverage average) {
        this.soda = soda;
        this.config = config;
        this.draws = draws;
        this.optimizer = optimizer;
        this.average = average;
    }

    /**
     * @param step counted from 1
     * @param batch source and target, or what {@link org.soda4j.view.ViewBatch} says; stays open
     * @param rate the denoiser's learning rate
     */
    Result run(long step, NDList batch, double rate) {
        Engine engine = Engine.getEngine("PyTorch");
        engine.setRandomSeed((int) StepSeed.of(config.seed(), StepSeed.Use.ENGINE, step));
        double loss = 0;
        try (NDManager scope = batch.get(0).getManager().newSubManager()) {
            NDList views = onDevice(batch, scope);
            TrainingDraw draw = draws.draw(step, soda.config(), views.get(1));
            for (int k = 0; k < config.accumulation(); k++) {
                loss += backward(engine, views, draw, k);
            }
        }
        Map<String, Double> norms = optimizer.gradientNorms();
        double norm = Math.sqrt(norms.values().stream().mapToDouble(n -> n * n).sum());
        requireFinite(step, loss, norm, norms);
        // As torch.nn.utils.clip_grad_norm_, with its 1e-6.
        optimizer.step(rate, Math.min(1, config.clipNorm() / (norm + 1e-6)));
        average.update(step);
        return new Result(loss, norm);
    }

    /** Adds the gradients of one micro-batch; returns its part of the batch's loss. */
    private double backward(Engine engine, NDList views, TrainingDraw draw, int part) {
        int size = config.batchSize() / config.accumulation();
        try (NDManager scope = views.get(0).getManager().newSubManager();
                GradientCollector collector = engine.newGradientCollector()) {
            NDList v = new NDList();
            views.forEach(array -> v.add(part(array, part, size, scope)));
            TrainingDraw d =
                    new TrainingDraw(
                            Arrays.copyOfRange(draw.times(), part * size, (part + 1) * size),
                            part(draw.noise(), part, size, scope),
                            Arrays.copyOfRange(draw.keep(), part * size, (part + 1) * size),
                            draw.views() == null
                                    ? null
                                    : draw.views().part(part * size, (part + 1) * size));
            NDArray loss = soda.loss(v, d, true, config.precision());
            NDArray share = loss.div(config.accumulation());
            collector.backward(share);
            return share.getFloat();
        }
    }

    private static NDArray part(NDArray whole, int part, int size, NDManager scope) {
        NDArray slice = whole.get("%d:%d".formatted(part * size, (part + 1) * size));
        slice.attach(scope);
        return slice;
    }

    private NDList onDevice(NDList batch, NDManager scope) {
        NDList own = new NDList();
        batch.forEach(array -> own.add(onDevice(array, scope)));
        return own;
    }

    private NDArray onDevice(NDArray array, NDManager scope) {
        Device device = soda.device();
        NDArray own =
                array.getDevice().equals(device)
                        ? array.reshape(array.getShape())
                        : array.toDevice(device, true);
        own.attach(scope);
        return own;
    }

    private void requireFinite(long step, double loss, double norm, Map<String, Double> norms) {
        if (Double.isFinite(loss) && Double.isFinite(norm)) {
            return;
        }
        List<String> concerned =
                norms.entrySet().stream()
                        .filter(e -> !Double.isFinite(e.getValue()))
                        .map(Map.Entry::getKey)
                        .limit(5)
                        .toList();
        optimizer.zeroGradients();
        throw new NonFiniteException(
                step,
                ("step %d: expected a finite loss and gradient, found loss %s and gradient norm %s;"
                                + " first parameters concerned: %s. No parameter was changed and the"
                                + " last checkpoint is as it was; try a smaller learning rate, float32, or look at the images of"
                                + " this batch")
                        .formatted(step, loss, norm, concerned));
    }
}
