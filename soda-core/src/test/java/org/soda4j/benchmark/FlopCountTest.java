package org.soda4j.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;
import org.soda4j.training.RunConfig;

class FlopCountTest {

    @Test
    void resNetsTakeWhatIsPublished() {
        // torchvision states 1.81, 3.66, 4.09 and 7.80 billion multiplications at 224 x 224, with
        // 1000 outputs.
        double[] published = {1.81, 3.66, 4.09, 7.80};
        int[] depths = {18, 34, 50, 101};
        for (int i = 0; i < depths.length; i++) {
            ResNetEncoderConfig encoder =
                    ResNetEncoder.builder().depth(depths[i]).latentSize(1000).build().config();
            assertThat(encoder.multiplyAdds(224, 224) * 1e-9)
                    .as("depth %d", depths[i])
                    .isCloseTo(published[i], within(0.01));
        }
    }

    @Test
    void aSmallDenoiserTakesWhatOneCountsByHand() {
        UNetDenoiserConfig net =
                UNetDenoiser.builder()
                        .imageShape(3, 8, 8)
                        .channels(32)
                        .multipliers(1, 2)
                        .blocks(1)
                        .attention()
                        .build()
                        .config();
        long time = 32 * 128 + 128 * 128;
        long first = 9 * 3 * 32 * 64;
        long down0 = 9 * 32 * (32 + 32) * 64 + 64 * (128 + 10);
        long halved = 9 * 32 * 32 * 16;
        long down1 = 9 * 64 * (32 + 64) * 16 + 128 * (128 + 10) + 32 * 64 * 16;
        long middle = 9 * 64 * (64 + 64) * 16 + 128 * (128 + 10);
        long attention = 4 * 64 * 64 * 16 + 2 * 64 * 16 * 16;
        long up0 = 9 * 64 * (128 + 64) * 16 + 128 * (128 + 10) + 128 * 64 * 16;
        long up1 = 9 * 64 * (96 + 64) * 16 + 128 * (128 + 10) + 96 * 64 * 16;
        long doubled = 9 * 64 * 64 * 64;
        long up2 = 9 * 32 * (96 + 32) * 64 + 64 * (128 + 10) + 96 * 32 * 64;
        long up3 = 9 * 32 * (64 + 32) * 64 + 64 * (128 + 10) + 64 * 32 * 64;
        long last = 9 * 32 * 3 * 64;
        assertThat(net.multiplyAdds(LatentLayout.of(10), LayerModulation.whole()))
                .isEqualTo(
                        time
                                + first
                                + down0
                                + halved
                                + down1
                                + 2 * middle
                                + attention
                                + up0
                                + up1
                                + doubled
                                + up2
                                + up3
                                + last);
    }

    @Test
    void trainingTakesThreePassesButForTheImages() {
        FlopCount count = FlopCount.of(RunConfig.preset("cifar10").model());
        double first = 2.0 * 9 * 3 * 1024 * (64 + 128);
        assertThat(count.train()).isEqualTo(3 * (count.encode() + count.denoise()) - first);
    }
}
