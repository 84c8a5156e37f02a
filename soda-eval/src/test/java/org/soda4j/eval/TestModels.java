package org.soda4j.eval;

import ai.djl.Device;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** Models small enough to build and run in a fraction of a second. */
public final class TestModels {

    private TestModels() {}

    /** Colour images of 16 x 16, latent 12 in 5 sections, untrained. */
    public static Soda tiny() {
        return builder(12, 1, 2).build();
    }

    /** The same with another latent and other channels on the two levels. */
    public static SodaBuilder builder(int latentSize, int... multipliers) {
        return Soda.builder()
                .device(Device.cpu())
                .encoder(ResNetEncoder.builder().widthMultiplier(0.125).smallImages(true).build())
                .latent(LatentLayout.of(latentSize))
                .modulation(LayerModulation.paired())
                .denoiser(
                        UNetDenoiser.builder()
                                .imageShape(3, 16, 16)
                                .channels(32)
                                .multipliers(multipliers)
                                .attention(1)
                                .blocks(1)
                                .build());
    }
}
