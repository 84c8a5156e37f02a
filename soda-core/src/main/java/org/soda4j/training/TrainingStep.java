package org.soda4j.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.TrainingDraw;
import org.soda4j.engine.LatentStatistics;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.engine.ThreadTeam;
import org.soda4j.model.NonFiniteException;
import org.soda4j.training.optimizer.AdamW;
import org.soda4j.training.optimizer.BatchNormStatistics;
import org.soda4j.training.optimizer.LossScale;
import org.soda4j.training.optimizer.MovingAverage;

/** One optimiser step, from a batch of sources and targets to new parameters and averages. */
final class TrainingStep implements AutoCloseable {

    private final Soda soda;
    private final SodaConfig model;
    private final TrainingConfig config;
    private final long seed;
    private final TrainingDraws draws;
    private final GradientRecording gradients;
    private final DataParallel parallel;
    private final AdamW optimizer;
    private final MovingAverage average;
    private final LossScale lossScale;
    private final Optional<BatchNormStatistics> statistics;
    private final StepLatents latents = new StepLatents();

    /**
     * What a step gives.
     *
     * @param loss of the batch
     * @param gradientNorm global, before clipping
     * @param skipped whether one of them is not finite and nothing was changed (float16 only)
     */
    record Result(double loss, double gradientNorm, boolean skipped) {}

    TrainingStep(
            Soda soda,
            TrainingConfig config,
            long seed,
            TrainingDraws draws,
            GradientRecording gradients,
            DataParallel parallel,
            AdamW optimizer,
            MovingAverage average,
            LossScale lossScale) {
        this.soda = soda;
        model =
                config.masking() == null
                        ? soda.config()
                        : Soda.builder().config(soda.config()).masking(config.masking()).config();
        this.config = config;
        this.seed = seed;
        this.draws = draws;
        this.gradients = gradients;
        this.parallel = parallel;
        this.optimizer = optimizer;
        this.average = average;
        this.lossScale = lossScale;
        Map<String, NDArray> statistical = new LinkedHashMap<>(soda.parameters());
        statistical.keySet().removeAll(soda.trainableNames());
        statistics =
                lossScale.isDynamic() && !statistical.isEmpty()
                        ? Optional.of(new BatchNormStatistics(statistical))
                        : Optional.empty();
    }

    /**
     * Views, loss, backward, average over ranks, clip, step, moving average.
     *
     * @param step counted from 1
     * @param batch source and target, or what {@link org.soda4j.novelview.ViewBatch} says; stays
     *     open
     * @param rate the denoiser's learning rate
     */
    Result run(long step, NDList batch, double rate) {
        ThreadTeam.adjust();
        PyTorchEngine.require().setRandomSeed((int) StepSeed.of(seed, StepSeed.Use.ENGINE, step));
        statistics.ifPresent(BatchNormStatistics::keep);
        double factor = lossScale.factor();
        latents.clear();
        double loss = 0;
        try (NDManager scope = batch.get(0).getManager().newSubManager()) {
            NDList views = onDevice(batch, scope);
            TrainingDraw draw = draws.draw(step, model, views.get(1));
            for (int k = 0; k < config.accumulation(); k++) {
                loss += backward(views, draw, k, factor);
            }
        }
        parallel.averageGradients();
        loss = parallel.average(loss)[0];
        // From here on every rank has the same numbers, and so decides the same.
        Map<String, Double> norms = optimizer.gradientNorms();
        double norm = Math.sqrt(norms.values().stream().mapToDouble(n -> n * n).sum()) / factor;
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            return skip(step, loss, norm, norms);
        }
        // As torch.nn.utils.clip_grad_norm_, with its 1e-6.
        optimizer.step(rate, Math.min(1, config.clipNorm() / (norm + 1e-6)) / factor);
        average.update(step);
        lossScale.made();
        return new Result(loss, norm, false);
    }

    /** Leaves everything as it was before the step, and ends the training where that is no use. */
    private Result skip(long step, double loss, double norm, Map<String, Double> norms) {
        optimizer.dropGradients();
        statistics.ifPresent(BatchNormStatistics::putBack);
        if (!lossScale.skip()) {
            throw nonFinite(step, loss, norm, norms);
        }
        return new Result(loss, norm, true);
    }

    /** Adds the gradients of one micro-batch; returns its part of the batch's loss. */
    private double backward(NDList views, TrainingDraw draw, int part, double factor) {
        int whole = Math.toIntExact(views.get(0).getShape().get(0));
        int from = part * whole / config.accumulation();
        int to = (part + 1) * whole / config.accumulation();
        if (from == to) {
            return 0; // A last batch of fewer images than there are micro-batches.
        }
        try (NDManager scope = views.get(0).getManager().newSubManager();
                GradientCollector collector = gradients.newCollector()) {
            NDList v = new NDList();
            views.forEach(array -> v.add(part(array, from, to, scope)));
            TrainingDraw d =
                    new TrainingDraw(
                            Arrays.copyOfRange(draw.times(), from, to),
                            part(draw.noise(), from, to, scope),
                            Arrays.copyOfRange(draw.keep(), from, to),
                            draw.views() == null ? null : draw.views().part(from, to));
            OperatorMode mode = new OperatorMode(true, config.precision().format());
            NDArray loss = soda.loss(v, d, mode, this::regularized);
            // An operator with a Java number frees it at once, and backward reads it again.
            NDArray parts = scope.create((float) whole / (to - from));
            NDArray scale = scope.create((float) factor);
            NDArray share = loss.div(parts);
            collector.backward(factor == 1 ? share : share.mul(scale));
            return share.getFloat();
        }
    }

    /** With SIGReg, if it is asked for. */
    private NDArray regularized(NDArray loss, NDArray latents) {
        this.latents.add(latents);
        if (config.sigReg() == 0) {
            return loss;
        }
        // An operator with a Java number frees it at once, and backward reads it again.
        NDArray weight = loss.getManager().create((float) config.sigReg());
        return loss.add(
                LatentStatistics.sigReg(latents).mul(weight.toDevice(loss.getDevice(), false)));
    }

    /** Of the last step. */
    StepLatents latents() {
        return latents;
    }

    private static NDArray part(NDArray whole, int from, int to, NDManager scope) {
        NDArray slice = whole.get("%d:%d".formatted(from, to));
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

    private NonFiniteException nonFinite(
            long step, double loss, double norm, Map<String, Double> norms) {
        List<String> concerned =
                norms.entrySet().stream()
                        .filter(e -> !Double.isFinite(e.getValue()))
                        .map(Map.Entry::getKey)
                        .limit(5)
                        .toList();
        String row =
                lossScale.isDynamic()
                        ? ", for the %dth step in a row, at the loss scale %s"
                                .formatted(LossScale.MAX_SKIPPED_IN_ROW, lossScale.factor())
                        : "";
        return NonFiniteException.inTraining(
                step,
                ("step %d: expected a finite loss and gradient, found loss %s and gradient norm"
                                + " %s%s; first parameters concerned: %s. No parameter was changed"
                                + " and the last checkpoint is as it was; try a smaller learning"
                                + " rate, float32, or look at the images of this batch")
                        .formatted(step, loss, norm, row, concerned));
    }

    @Override
    public void close() {
        statistics.ifPresent(BatchNormStatistics::close);
    }
}
