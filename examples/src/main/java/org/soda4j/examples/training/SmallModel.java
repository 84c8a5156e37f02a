package org.soda4j.examples;

import org.soda4j.PixelNormalization;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.diffusion.Prediction;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LayerModulation;

/** What the models that train in minutes have in common. */
final class SmallModel {

    private SmallModel() {}

    /** A ResNet-18 of a quarter of the width; every section of the latent drives its own depth. */
    static SodaBuilder builder(int channels, long seed) {
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

    /** Three levels with one block each, attention at the deepest. */
    static UNetDenoiser.Builder denoiser(int channels, int size) {
        return UNetDenoiser.builder()
                .imageShape(channels, size, size)
                .channels(32)
                .multipliers(1, 1, 1)
                .blocks(1)
                .attention(2)
                .dropout(0);
    }
}
