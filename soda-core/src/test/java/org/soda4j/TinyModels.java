package org.soda4j;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Random;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** Models small enough to build and run in a fraction of a second; for all modules. */
public final class TinyModels {

    private TinyModels() {}

    /** Colour images of 16 x 16, latent 12 in 5 sections, untrained. */
    public static SodaBuilder builder() {
        return builder(12, 1, 2);
    }

    /** The same with another latent and other channels on the levels. */
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

    /** Uniform pixels in [0, 1). */
    static NDArray images(NDManager manager, int count) {
        Shape shape = new Shape(count, 3, 16, 16);
        float[] pixels = new float[(int) shape.size()];
        Random random = new Random(5);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        return manager.create(pixels, shape);
    }

    /** Latents of the size of {@link #builder}'s. */
    static NDArray latents(NDManager manager, int count) {
        float[] numbers = new float[count * 12];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) Math.sin(i);
        }
        return manager.create(numbers, new Shape(count, 12));
    }
}
