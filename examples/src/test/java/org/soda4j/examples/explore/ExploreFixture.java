package org.soda4j.examples.explore;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.examples.training.ShapesModel;
import org.soda4j.latent.LayerModulation;

/** The page's server on a free loopback port, with an untrained model of 16 x 16 pixels. */
final class ExploreFixture implements AutoCloseable {

    private final Soda soda;
    private final Neighbours neighbours;
    final ExploreServer server;

    ExploreFixture() throws IOException {
        soda = TinyModels.builder(15, 1, 1).modulation(LayerModulation.grouped(3)).build();
        ImageDataset images = ShapesModel.shapes(120, 0);
        neighbours = Neighbours.among(soda, images);
        server =
                ExploreServer.start(
                        new ExploreModel(soda, images, neighbours),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public void close() throws IOException {
        server.close();
        neighbours.close();
        soda.close();
    }
}
