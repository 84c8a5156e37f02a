package org.soda4j.examples.explore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.DecodedImages;
import org.soda4j.eval.search.ImageEncoder;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.eval.search.ImageQuery;
import org.soda4j.eval.search.Match;
import org.soda4j.examples.search.IndexSource;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;

/** The images among which neighbours are looked for: those of the page, or of an index. */
public final class Neighbours implements AutoCloseable {

    /** More are not asked for at once. */
    static final int MOST = 48;

    /** Of what a message repeats. */
    private static final int SHOWN = 80;

    private final ImageEncoder encoder;
    private final Place place;

    /** Where the images are. */
    private interface Place {

        /** May encode all images first. */
        ImageIndex index() throws IOException;

        PixelImage image(String id);

        void close() throws IOException;
    }

    private Neighbours(ImageEncoder encoder, Place place) {
        this.encoder = encoder;
        this.place = place;
    }

    /**
     * Looks among a page's own images; they are encoded when somebody asks for the first time.
     *
     * @param soda stays open
     * @param images some thousands at most
     */
    public static Neighbours among(Soda soda, ImageDataset images) {
        ImageEncoder encoder = ImageEncoder.of(soda);
        return new Neighbours(encoder, new OwnImages(encoder, images));
    }

    /**
     * Looks in an index that {@code search build} made.
     *
     * @param soda the model that it was built with; stays open
     * @param folder of the index
     * @throws IOException if there is none, or nobody knows where its images are
     * @throws IllegalArgumentException if it was built with another model
     */
    public static Neighbours in(Soda soda, Path folder) throws IOException {
        ImageEncoder encoder = ImageEncoder.of(soda);
        ImageIndex index = ImageIndex.open(folder);
        try {
            index.space().requireSame(folder.toString(), encoder.space());
            Path images =
                    IndexSource.read(folder)
                            .orElseThrow(
                                    () ->
                                            new IOException(
                                                    folder
                                                            + ": expected an index that search build made, which says where its images are, found none that does"))
                            .folder();
            ImageDecoder decoder = ExploreModel.decoder(soda);
            return new Neighbours(encoder, new Indexed(index, images, decoder));
        } catch (IOException | RuntimeException e) {
            index.close();
            throw e;
        }
    }

    /** What to ask for the neighbours of an image that is none of these. */
    ImageQuery query(PixelImage image) {
        float[] features = encoder.encode(new DecodedImages(List.of(image))).row(0);
        return ImageQuery.ofVectors(encoder.space(), features);
    }

    /** The same of one of the page's own images, which is not to find itself. */
    ImageQuery query(PixelImage image, String ownId) {
        return place instanceof OwnImages ? ImageQuery.ofIds(ownId) : query(image);
    }

    /** The nearest first. */
    List<Match> nearest(ImageQuery query, int count) {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException(
                    "count: expected 1 to %d, found %d".formatted(MOST, count));
        }
        return index().search(query.k(count));
    }

    /** How many images there are. */
    int size() {
        return index().size();
    }

    /** One of these images. */
    PixelImage image(String id) {
        if (id == null || index().metadata(id).isEmpty()) {
            throw new IllegalArgumentException(
                    "id: expected that of an image among which neighbours are looked for, found "
                            + (id == null || id.length() <= SHOWN
                                    ? id
                                    : id.substring(0, SHOWN) + "..."));
        }
        return place.image(id);
    }

    private ImageIndex index() {
        try {
            return place.index();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        place.close();
    }

    /** An index in a folder that goes with this process. */
    private static final class OwnImages implements Place {

        private final ImageEncoder encoder;
        private final ImageDataset images;
        private final Map<String, Integer> places = new HashMap<>();
        private ImageIndex index;

        OwnImages(ImageEncoder encoder, ImageDataset images) {
            this.encoder = encoder;
            this.images = images;
            for (int i = 0; i < images.size(); i++) {
                places.put(images.id(i), i);
            }
        }

        @Override
        public synchronized ImageIndex index() throws IOException {
            if (index == null) {
                Path folder = Files.createTempDirectory("soda-explore");
                folder.toFile().deleteOnExit(); // After the files, which are asked for later.
                index = ImageIndex.of(folder, encoder.space(), encoder.encode(images));
                try (Stream<Path> files = Files.list(folder)) {
                    files.forEach(file -> file.toFile().deleteOnExit());
                }
            }
            return index;
        }

        @Override
        public PixelImage image(String id) {
            return images.image(places.get(id));
        }

        @Override
        public synchronized void close() throws IOException {
            if (index != null) {
                index.close();
            }
        }
    }

    /** An index of files. */
    private record Indexed(ImageIndex index, Path folder, ImageDecoder decoder) implements Place {

        @Override
        public PixelImage image(String id) {
            return decoder.decode(folder.resolve(id));
        }

        @Override
        public void close() throws IOException {
            index.close();
        }
    }
}
