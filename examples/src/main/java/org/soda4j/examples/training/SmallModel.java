package org.soda4j.examples.training;

import org.soda4j.PixelNormalization;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserBuilder;
import org.soda4j.diffusion.Prediction;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.examples.cli.ProgressBarListener;
import org.soda4j.latent.LayerModulation;
import org.soda4j.training.RateSchedule;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingData;

/** What the models that train in minutes have in common. */
public final class SmallModel {

    private SmallModel() {}

    /** A ResNet-18 of a quarter of the width; every section of the latent drives its own depth. */
    public static SodaBuilder builder(int channels, long seed) {
        return Soda.builder()
                .encoder(
                        ResNetEncoder.builder()
                                .widthMultiplier(0.25)
                                .smallImages(true)
                                .inputChannels(channels)
                                .build())
                .modulation(LayerModulation.paired())
                .prediction(
                        Prediction.X0) // Within minutes it draws what the noise needs hours for.
                .normalization(PixelNormalization.symmetric(channels))
                .seed(seed);
    }

    /**
     * Training by the minute: no warm-up, and a rate that reaches zero at the end.
     *
     * @param steps of 32 images each
     */
    public static SodaTrainer.Builder trainer(
            Soda soda, TrainingData data, long steps, Precision precision, long seed) {
        return SodaTrainer.builder(soda)
                .stopOnShutdown(true)
                .data(data)
                .steps(steps)
                .batchSize(32)
                .learningRate(2e-3)
                .encoderRateRatio(0.5)
                .warmup(null)
                .rateSchedule(RateSchedule.COSINE)
                .emaDecay(0.99)
                .seed(seed)
                .precision(precision)
                .listener(new ProgressBarListener());
    }

    /** Three levels with one block each, attention at the deepest. */
    public static UNetDenoiserBuilder denoiser(int channels, int size) {
        return UNetDenoiser.builder()
                .imageShape(channels, size, size)
                .channels(32)
                .multipliers(1, 1, 1)
                .blocks(1)
                .attention(2)
                .dropout(0);
    }
}
