package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.Soda;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** What presets do step by step, against what the PyTorch implementation's lines give by hand. */
class PublishedPresetsTest {

    /** Steps an epoch: 50,000 / 128 and 100,000 / 64, the incomplete last batch left out. */
    @ParameterizedTest
    @CsvSource({
        "cifar10, 390, 1e-4",
        "cifar100, 390, 1e-4",
        "tiny-imagenet, 1562, 5e-5",
        "paper-cifar10, 390, 1e-4",
        "paper-cifar100, 390, 1e-4",
        "paper-tiny-imagenet, 1562, 5e-5"
    })
    void ratesAndAverageFollowTheImplementation(String name, int stepsPerEpoch, double rate) {
        TrainingConfig config = RunConfig.preset(name).training();
        StepPlan plan = new StepPlan(config, stepsPerEpoch, 1);
        assertThat(plan.totalSteps()).isEqualTo(800L * stepsPerEpoch);
        for (long step = 1; step <= 22L * stepsPerEpoch; step++) {
            long epoch = (step - 1) / stepsPerEpoch;
            // lr * min((ep + 1) / warm_epoch, 1)
            double expected = rate * Math.min((epoch + 1) / 20.0, 1);
            assertThat(plan.rate(step)).as("step %d", step).isCloseTo(expected, within(1e-12));
        }
        for (int step = 1; step <= 20; step++) {
            // ema_pytorch: 1 - (1 + s)^(-2/3) with s updates before this one, at most beta.
            double expected = Math.min(0.9999, 1 - Math.pow(1 + (step - 1), -2.0 / 3));
            assertThat(config.emaRamp().decay(config.emaDecay(), step))
                    .isCloseTo(expected, within(1e-15));
        }
        assertThat(config.emaRamp().decay(config.emaDecay(), 78_000))
                .isCloseTo(0.99945, within(5e-6));
        assertThat(config.encoderRateRatio()).isEqualTo(2);
    }

    /**
     * The trainer itself, by the preset's training configuration on a model of a few channels:
     * rates, and the average that a parameter's 20 values have by hand.
     */
    @ParameterizedTest
    @CsvSource({
        "cifar10, 1e-4",
        "cifar100, 1e-4",
        "tiny-imagenet, 5e-5",
        "paper-cifar10, 1e-4",
        "paper-cifar100, 1e-4",
        "paper-tiny-imagenet, 5e-5"
    })
    void aRunOfTwentyStepsHasTheseRatesAndThisAverage(String name, double rate) throws Exception {
        RunConfig config =
                RunConfig.preset(
                        name,
                        "model.encoder.widthMultiplier=0.125",
                        "model.encoder.smallImages=true",
                        "model.denoiser.channels=32",
                        "model.denoiser.multipliers=[1]",
                        "model.denoiser.attention=[]",
                        "model.denoiser.blocks=1",
                        "model.denoiser.imageShape=[3, 8, 8]",
                        "training.batchSize=4",
                        "training.steps=20");
        List<RunEvent.Step> steps = new ArrayList<>();
        List<float[]> values = new ArrayList<>();
        float[] averaged;
        try (Soda soda = Soda.builder().config(config.model()).device(Device.cpu()).build();
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            RunListener keeping =
                    new RunListener() {
                        @Override
                        public void step(RunEvent.Step step) {
                            values.add(bias(soda));
                        }
                    };
            SodaTrainer.builder(soda)
                    .config(config.training())
                    .data(TinyTraining.data(manager, 32))
                    .listener(TinyTraining.recording(steps))
                    .listener(keeping)
                    .build()
                    .fit();
            averaged = bias(soda);
        }
        assertThat(steps).hasSize(20);
        for (RunEvent.Step step : steps) {
            double expected = rate * step.epoch() / 20;
            assertThat(step.denoiserLearningRate()).isCloseTo(expected, within(1e-15));
            assertThat(step.encoderLearningRate()).isCloseTo(2 * expected, within(1e-15));
        }
        assertThat(steps.get(19).epoch()).isGreaterThan(1);
        assertThat(values.get(19)).isNotEqualTo(values.get(0));
        for (int i = 0; i < averaged.length; i++) {
            double average = 0;
            for (int s = 0; s < 20; s++) {
                // ema_pytorch, with s updates before: the first one copies.
                double decay = Math.min(0.9999, 1 - Math.pow(1 + s, -2.0 / 3));
                average = decay * average + (1 - decay) * values.get(s)[i];
            }
            assertThat((double) averaged[i]).isCloseTo(average, within(1e-7));
        }
    }

    private static float[] bias(Soda soda) {
        return soda.parameters().get("decoder.final.bias").toFloatArray();
    }

    @Test
    void pixelStatisticsAreThoseOfTheData() {
        assertThat(RunConfig.preset("cifar10").model().normalization().deviation())
                .containsExactly(0.2023, 0.1994, 0.2010);
        assertThat(RunConfig.preset("cifar100").model().normalization().mean())
                .containsExactly(0.5071, 0.4865, 0.4409);
        assertThat(RunConfig.preset("paper-tiny-imagenet").model().normalization().mean())
                .containsExactly(0.4802, 0.4481, 0.3975);
    }
}
