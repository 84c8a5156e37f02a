package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.io.ConfigText;
import org.soda4j.latent.LatentMasking;

class TrainingOptionsTest {

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void ratesAreFiniteAndAboveZero(double wrong) {
        TrainingConfig.Builder options = TrainingConfig.builder();
        List<Consumer<Double>> setters =
                List.of(
                        options::learningRate,
                        options::encoderRateRatio,
                        options::epsilon,
                        options::clipNorm);
        List<String> names = List.of("learningRate", "encoderRateRatio", "epsilon", "clipNorm");
        for (int i = 0; i < setters.size(); i++) {
            Consumer<Double> setter = setters.get(i);
            assertThatThrownBy(() -> setter.accept(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            names.get(i) + ": expected a finite number above 0, found " + wrong);
        }
    }

    @Test
    void decayIsFinite() {
        TrainingConfig.Builder options = TrainingConfig.builder();
        assertThatThrownBy(() -> options.weightDecay(Double.POSITIVE_INFINITY))
                .hasMessage("weightDecay: expected a finite number, at least 0, found Infinity");
    }

    @Test
    void theDeviceIsTheModels() {
        try (Soda soda = TinyTraining.model(0).build()) {
            SodaTrainer.Builder trainer = SodaTrainer.builder(soda).device(soda.device());
            assertThatThrownBy(() -> trainer.device(Device.gpu(3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "device: expected cpu(), where the model is; give the device to"
                                    + " Soda.builder() or Soda.load, found gpu(3)");
        }
    }

    @Test
    void maskingIsTheModelsUnlessTheTrainingSaysOtherwise() {
        LatentMasking half = new LatentMasking(0.5, 0.5);
        List<Double> models = losses(TinyTraining.model(0), null);
        assertThat(losses(TinyTraining.model(0).masking(half), null))
                .isNotEqualTo(models)
                .isEqualTo(losses(TinyTraining.model(0), half));
        assertThat(losses(TinyTraining.model(0).masking(half), new LatentMasking(0.1, 0)))
                .isEqualTo(models);
    }

    private static List<Double> losses(SodaBuilder model, LatentMasking masking) {
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = model.build()) {
            return TinyTraining.losses(
                    TinyTraining.trainer(soda, TinyTraining.data(manager, 8))
                            .masking(masking)
                            .steps(4));
        }
    }

    @Test
    void maskingRoundTrips() {
        TrainingConfig config =
                TrainingConfig.builder().steps(1).masking(new LatentMasking(0.2, 0.3)).build();
        String text = ConfigText.toJson(config);
        assertThat(ConfigText.fromTree(ConfigText.jsonTree(text), TrainingConfig.class))
                .isEqualTo(config);
    }

    @Test
    void textHasAVersionAndTextWithoutHasTheFirst() {
        TrainingConfig config = TrainingConfig.builder().steps(1).build();
        String text = ConfigText.toJson(config);
        assertThat(text).contains("\"version\" : 1");
        String without = text.replaceFirst("\"version\" : 1,", "");
        assertThat(ConfigText.fromTree(ConfigText.jsonTree(without), TrainingConfig.class))
                .isEqualTo(config);
        String newer = text.replaceFirst("\"version\" : 1", "\"version\" : 2");
        assertThatThrownBy(
                        () -> ConfigText.fromTree(ConfigText.jsonTree(newer), TrainingConfig.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/version: version: expected 1, which this library writes");
    }
}
