package org.soda4j.benchmark;

import java.util.List;
import org.soda4j.SodaConfig;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.engine.Internal;

/**
 * How many floating-point operations a model takes for one image, two for each multiplication with
 * its addition, counted from its configuration: convolutions, linear layers and the products of
 * attention; norms and activations are not counted, nor is what a {@code ViewConditioning} adds.
 * Unknown, and so not a number, for blocks that are not of this library.
 *
 * @param encode one pass of the encoder
 * @param denoise one pass of the denoiser; guidance takes two or more a step
 * @param train one example of a training step: both passes, and backward twice as much, but for the
 *     gradients of the input images, which nobody needs
 */
@Internal
public record FlopCount(double encode, double denoise, double train) {

    /**
     * Counts.
     *
     * @param config of the model; the source views are taken to be as large as the denoiser's
     *     images
     * @return the operations of one image
     */
    public static FlopCount of(SodaConfig config) {
        List<Integer> image = config.denoiser().imageShape();
        int height = image.get(1);
        int width = image.get(2);
        double encode = Double.NaN;
        double denoise = Double.NaN;
        double unneeded = 0;
        if (config.encoder() instanceof ResNetEncoderConfig encoder) {
            encode = 2.0 * encoder.multiplyAdds(height, width);
            unneeded += 2.0 * encoder.firstMultiplyAdds(height, width);
        }
        if (config.denoiser() instanceof UNetDenoiserConfig denoiser) {
            denoise = 2.0 * denoiser.multiplyAdds(config.latent(), config.modulation());
            unneeded += 2.0 * denoiser.firstMultiplyAdds();
        }
        return new FlopCount(encode, denoise, 3 * (encode + denoise) - unneeded);
    }
}
