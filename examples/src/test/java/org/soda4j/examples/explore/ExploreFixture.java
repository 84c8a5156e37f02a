package org.soda4j.examples.explore;

import ai.djl.Device;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.soda4j.Soda;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.examples.training.ShapesModel;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** The page's server on a free loopback port, with an untrained model of 16 x 16 pixels. */
final class ExploreFixture implements AutoCloseable {

    private final Soda soda;
    final ExploreServer server;

    ExploreFixture() throws IOException {
        soda =
                Soda.builder()
                        .device(Device.cpu())
                        .encoder(
                                ResNetEncoder.builder()
                                        .widthMultiplier(0.125)
                                        .smallImages(true)
                                        .build())
                        .latent(LatentLayout.of(15))
                        .modulation(LayerModulation.grouped(3))
                        .denoiser(
                                UNetDenoiser.builder()
                                        .imageShape(3, 16, 16)
                                        .channels(32)
                                        .multipliers(1, 1)
                                        .blocks(1)
                                        .attention(1)
                                        .build())
                        .build();
        server =
                ExploreServer.start(
                        new ExploreModel(soda, ShapesModel.shapes(40, 0)),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public void close() {
        server.close();
        soda.close();
    }
}
