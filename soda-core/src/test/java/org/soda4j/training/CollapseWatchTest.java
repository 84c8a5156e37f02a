package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

class CollapseWatchTest {

    private static RunPosition at(long step) {
        RunPosition position = RunPosition.start(1);
        for (long i = 0; i < step; i++) {
            position = position.afterStep(4, new TrainingStep.Result(1, 1, false));
        }
        return position;
    }

    /** Latents of two parts, which differ along one direction or along both. */
    private static StepLatents latents(NDManager manager, boolean collapsed) {
        StepLatents latents = new StepLatents();
        for (int part = 0; part < 2; part++) {
            float[] rows = new float[16];
            for (int i = 0; i < 8; i++) {
                rows[2 * i] = i % 2;
                rows[2 * i + 1] = collapsed ? i % 2 : i / 2 % 2;
            }
            latents.add(manager.create(rows, new Shape(8, 2)));
        }
        return latents;
    }

    @Test
    void warnsOnceAfterATenthOfTheTraining() {
        CollapseWatch watch = new CollapseWatch();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            StepLatents collapsed = latents(manager, true);
            String early = CapturedLog.of(() -> watch.after(at(80), 1000, collapsed, manager));
            assertThat(early).isEmpty();
            List<OptionalDouble> ranks = new ArrayList<>();
            String late =
                    CapturedLog.of(
                            () -> {
                                ranks.add(watch.after(at(100), 1000, collapsed, manager));
                                ranks.add(watch.after(at(120), 1000, collapsed, manager));
                            });
            assertThat(late)
                    .containsOnlyOnce("after step 100 of 1000 the latent uses 1.0 directions");
            assertThat(ranks).allSatisfy(rank -> assertThat(rank).isPresent());
            assertThat(watch.after(at(101), 1000, collapsed, manager)).as("not due").isEmpty();
        }
    }

    @Test
    void saysNothingOfALatentThatUsesItsDirections() {
        CollapseWatch watch = new CollapseWatch();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            StepLatents both = latents(manager, false);
            List<OptionalDouble> ranks = new ArrayList<>();
            String log = CapturedLog.of(() -> ranks.add(watch.after(at(500), 1000, both, manager)));
            assertThat(log).isEmpty();
            assertThat(ranks.get(0).getAsDouble()).isCloseTo(2, within(1e-3));
        }
    }

    /** The reported loss holds the weighted statistic, so that it grows with the weight. */
    @Test
    void sigRegJoinsTheLossByItsWeight() {
        double none = firstLoss(0);
        double one = firstLoss(1) - none;
        assertThat(one).isGreaterThan(1e-3);
        assertThat(firstLoss(3) - none).isCloseTo(3 * one, within(0.01 * one));
    }

    private static double firstLoss(double sigReg) {
        List<Double> losses = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0).build()) {
            TinyTraining.trainer(soda, TinyTraining.data(manager, 12))
                    .sigReg(sigReg)
                    .steps(1)
                    .listener(
                            new RunListener() {
                                @Override
                                public void step(RunEvent.Step step) {
                                    losses.add(step.loss());
                                }
                            })
                    .build()
                    .fit();
        }
        return losses.get(0);
    }
}
