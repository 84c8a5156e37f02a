package org.soda4j.examples;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.explore.ExploreModel;
import org.soda4j.examples.explore.ExploreServer;
import org.soda4j.examples.explore.Neighbours;
import org.soda4j.examples.training.GalleryOptions;
import org.soda4j.examples.training.ModelOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A page on which a person edits images by the sections of their latents. */
@Command(
        name = "explore",
        description =
                "Serves a page: drop in an image, see it drawn from its latent, move along the"
                        + " principal directions of each section, switch sections off, mix with a"
                        + " second image, change the guidance. Ends with Ctrl-C.")
final class Explore extends Program {

    private static final int GALLERY = 1000;
    private static final int MAX_PORT = 65535;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            defaultValue = "photos-32",
            description =
                    "Folder of a run or of a saved model, or photos-32, which comes with soda4j.")
    private Path run;

    @Mixin private GalleryOptions gallery;

    @Option(
            names = "--index",
            paramLabel = "INDEX",
            description =
                    "Folder that search build made with this model: neighbours are looked for in it."
                            + " Default: none, among the images of --data or --images.")
    private Path index;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description =
                    "Address to listen on. Beyond loopback everybody who reaches it can use it.")
    private String host;

    @Option(names = "--port", defaultValue = "8130", description = "0: any free port.")
    private int port;

    @Mixin private ModelOptions model;

    @Override
    public Integer call() throws IOException, InterruptedException {
        InetAddress address = address();
        try (Soda soda = model.load(run)) {
            ImageDataset images = images(soda);
            try (Neighbours neighbours = neighbours(soda, images)) {
                serve(new ExploreModel(soda, images, neighbours), address);
            }
        }
        return 0;
    }

    private Neighbours neighbours(Soda soda, ImageDataset images) throws IOException {
        return index == null ? Neighbours.among(soda, images) : Neighbours.in(soda, index);
    }

    private void serve(ExploreModel model, InetAddress address)
            throws IOException, InterruptedException {
        try (ExploreServer server = start(model, address)) {
            if (!address.isLoopbackAddress()) {
                print("warning: " + host + " is not loopback; others can reach this page");
            }
            print("open " + server.uri() + " (Ctrl-C ends)");
            new CountDownLatch(1).await();
        }
    }

    private InetAddress address() {
        if (port < 0 || port > MAX_PORT) {
            throw refusal("--port: expected 0 to %d, found %d".formatted(MAX_PORT, port));
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw refusal(
                    "--host: expected a name or an address of this machine, found " + host, e);
        }
    }

    private ExploreServer start(ExploreModel model, InetAddress address) throws IOException {
        try {
            return ExploreServer.start(model, new InetSocketAddress(address, port));
        } catch (BindException e) {
            throw new IOException(
                    "cannot listen on %s, port %d (%s); --port 0 takes any free port"
                            .formatted(host, port, e.getMessage()),
                    e);
        }
    }

    private ImageDataset images(Soda soda) throws IOException {
        ImageDataset all = gallery.open(run, soda, this::print);
        int classes = Math.max(1, all.classNames().size());
        return all.size() <= GALLERY ? all : all.subset(Math.max(1, GALLERY / classes), 0);
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Explore(), args));
    }
}
