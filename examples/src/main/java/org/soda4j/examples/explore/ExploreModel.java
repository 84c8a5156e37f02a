package org.soda4j.examples.explore;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.soda4j.ModelSummary;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.diffusion.Guidance;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.LatentDirection;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.eval.search.ImageQuery;
import org.soda4j.examples.search.Thumbnail;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;
import org.soda4j.latent.LatentLayout;

/** What the page works on: a model, directions of its latents, and the images of its visitors. */
public final class ExploreModel {

    static final int DIRECTIONS = 3;
    private static final int MOST_DEVIATIONS = 20;
    private static final int SAMPLES = 12;
    private static final int REMEMBERED = 64;
    private static final long MAX_PIXELS = 25_000_000;

    /** What the page asks to draw; checked before use. */
    record Request(
            String first,
            String second,
            List<Boolean> keep,
            List<Boolean> mix,
            List<List<Double>> move,
            List<Double> independent,
            double guidance,
            int steps,
            long seed) {}

    /** Hears of each step; what it throws ends the sampling. */
    interface Progress {
        void step(int done, int count);
    }

    /** An image that was encoded. */
    record Uploaded(String id, byte[] png) {}

    /** What is remembered of it. */
    private record Opened(float[] latent, ImageQuery query) {}

    /** Whose neighbours the page asks for; checked before use. */
    record NeighbourRequest(String image, int count) {}

    private final Soda soda;
    private final ImageDataset images;
    private final List<List<LatentDirection>> directions = new ArrayList<>();

    /** Of the whole latent; none if there are too few images. */
    private final List<LatentDirection> independent;

    private final Neighbours neighbours;
    private final Map<String, Opened> opened =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(16, 0.75f, true) {
                        private static final long serialVersionUID = 1L;

                        @Override
                        protected boolean removeEldestEntry(Map.Entry<String, Opened> eldest) {
                            return size() > REMEMBERED;
                        }
                    });

    /**
     * Encodes the images.
     *
     * @param soda stays open
     * @param images whose latents give the directions
     * @param neighbours what an image's neighbours are looked for among; stays open
     */
    public ExploreModel(Soda soda, ImageDataset images, Neighbours neighbours) {
        this.soda = soda;
        this.images = images;
        this.neighbours = neighbours;
        FeatureSet set = FeatureExtractor.of(soda).output(Output.LATENT).extract(images);
        LatentLayout layout = layout();
        for (int s = 0; s < layout.sections(); s++) {
            int count = Math.min(DIRECTIONS, layout.size(s));
            directions.add(LatentDirection.principal(set, layout, s, count));
        }
        independent =
                IndependentSections.of(set).map(found -> found.directions(set)).orElse(List.of());
    }

    private LatentLayout layout() {
        return soda.config().latent();
    }

    /** Everything the page has to know to build its controls. */
    Map<String, Object> description() {
        List<Map<String, Object>> sections = new ArrayList<>();
        for (ModelSummary.Section section : soda.describe().sections()) {
            List<Double> explained =
                    directions.get(section.index()).stream()
                            .map(LatentDirection::explained)
                            .toList();
            sections.add(
                    Map.of(
                            "index", section.index(),
                            "size", section.size(),
                            "resolutions", section.resolutions(),
                            "explained", explained));
        }
        return Map.of(
                "sections", sections,
                "independent", independent.stream().map(LatentDirection::explained).toList(),
                "samples", Math.min(SAMPLES, images.size()),
                "image", soda.config().denoiser().imageShape(),
                "maxSteps", maxSteps());
    }

    private int maxSteps() {
        return Math.min(250, soda.config().schedule().steps());
    }

    /** One of the data set's images, spread over it. */
    PixelImage sample(int index) {
        return images.image(place(index));
    }

    Uploaded encodeSample(int index) {
        int place = place(index);
        PixelImage image = images.image(place);
        return encode(image, neighbours.query(image, images.id(place)));
    }

    private int place(int index) {
        long count = Math.min(SAMPLES, images.size());
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException(
                    "sample: expected 0 to %d, found %d".formatted(count - 1, index));
        }
        return (int) (index * images.size() / count);
    }

    /**
     * Decodes an uploaded file; refuses what is no image, or too large a one, before using memory.
     */
    PixelImage decode(byte[] bytes) {
        return decoder(soda).decode("uploaded file", bytes);
    }

    /** Of strangers' files, as the model prepares images. */
    static ImageDecoder decoder(Soda soda) {
        return soda.config()
                .preparation()
                .options(ImageDecoder.builder())
                .channels(soda.config().denoiser().imageShape().get(0))
                .maxPixels(MAX_PIXELS)
                .build();
    }

    Uploaded encode(PixelImage image) {
        return encode(image, neighbours.query(image));
    }

    /** Opens one of the images that are neighbours of others; it is none of its own. */
    Uploaded encodeNeighbour(String id) {
        return encode(neighbours.image(id), ImageQuery.ofIds(id));
    }

    private Uploaded encode(PixelImage image, ImageQuery query) {
        try (NDManager manager = NDManager.newBaseManager(soda.device())) {
            NDArray pixels = ModelImages.of(soda, manager, List.of(image));
            String id = UUID.randomUUID().toString();
            opened.put(id, new Opened(soda.encode(pixels).toFloatArray(), query));
            return new Uploaded(id, png(pixels));
        }
    }

    /** A small picture of one of the images that are neighbours of others. */
    byte[] thumbnail(String id) {
        return Thumbnail.png(neighbours.image(id));
    }

    /** The neighbours of an image that was opened, the nearest first. */
    Map<String, Object> neighbours(NeighbourRequest request) {
        if (request == null) {
            throw new IllegalArgumentException("expected whose neighbours to find, found null");
        }
        ImageQuery query = known("image", request.image()).query();
        List<Map<String, Object>> nearest =
                neighbours.nearest(query, request.count()).stream()
                        .map(
                                match ->
                                        Map.<String, Object>of(
                                                "id", match.id(),
                                                "label", match.label(),
                                                "similarity", match.similarity()))
                        .toList();
        return Map.of("neighbours", nearest, "of", neighbours.size());
    }

    byte[] png(PixelImage image) {
        try (NDManager manager = NDManager.newBaseManager(soda.device())) {
            return png(ModelImages.of(soda, manager, List.of(image)));
        }
    }

    private static byte[] png(NDArray image) {
        return ImageGrid.builder().images(image).gap(0).scale(1).build().toPng();
    }

    /**
     * Checks what is to be drawn.
     *
     * @return draws it, as a PNG file
     * @throws IllegalArgumentException if the request does not fit the model
     */
    DrawingQueue.Drawing drawing(Request request) {
        if (request == null) {
            throw new IllegalArgumentException("expected what to draw, found null");
        }
        float[] z = edited(request);
        int maxSteps = maxSteps();
        if (request.steps() < 1 || request.steps() > maxSteps) {
            throw new IllegalArgumentException(
                    "steps: expected 1 to %d, found %d".formatted(maxSteps, request.steps()));
        }
        if (!(Math.abs(request.guidance()) <= 20)) {
            throw new IllegalArgumentException(
                    "guidance: expected -20 to 20, found " + request.guidance());
        }
        return progress -> draw(request, z, progress);
    }

    private byte[] draw(Request request, float[] z, Progress progress) {
        try (NDManager manager = NDManager.newBaseManager(soda.device())) {
            SamplingOptions options =
                    SamplingOptions.defaults()
                            .withSteps(request.steps())
                            .withSeed(request.seed())
                            .withGuidance(Guidance.whole(request.guidance()))
                            .withListener(step -> progress.step(step.index() + 1, step.count()));
            NDArray latent = manager.create(z, new Shape(1, z.length));
            return png(soda.sample(latent, options));
        }
    }

    private float[] edited(Request request) {
        LatentLayout layout = layout();
        float[] z = known("first", request.first()).latent().clone();
        require("keep", request.keep(), layout.sections());
        require("mix", request.mix(), layout.sections());
        require("move", request.move(), layout.sections());
        float[] other =
                request.mix().contains(true) ? known("second", request.second()).latent() : z;
        for (int s = 0; s < layout.sections(); s++) {
            int from = layout.offset(s);
            int to = from + layout.size(s);
            if (request.mix().get(s)) {
                System.arraycopy(other, from, z, from, to - from);
            }
        }
        if (request.independent() != null) {
            move("independent", z, independent, request.independent());
        }
        for (int s = 0; s < layout.sections(); s++) {
            int from = layout.offset(s);
            move("move of section " + s, z, directions.get(s), request.move().get(s));
            if (!request.keep().get(s)) {
                Arrays.fill(z, from, from + layout.size(s), 0); // As masking does in training.
            }
        }
        return z;
    }

    private static void move(
            String field, float[] z, List<LatentDirection> directions, List<Double> moves) {
        require(field, moves, directions.size());
        for (int k = 0; k < directions.size(); k++) {
            double deviations = moves.get(k);
            if (!(Math.abs(deviations) <= MOST_DEVIATIONS)) {
                throw new IllegalArgumentException(
                        "%s: expected -%d to %d standard deviations, found %s"
                                .formatted(field, MOST_DEVIATIONS, MOST_DEVIATIONS, deviations));
            }
            LatentDirection direction = directions.get(k);
            double[] unit = direction.unit();
            for (int j = 0; j < z.length; j++) {
                z[j] += (float) (deviations * direction.deviation() * unit[j]);
            }
        }
    }

    private Opened known(String field, String id) {
        Opened found = id == null ? null : opened.get(id);
        if (found == null) {
            throw new IllegalArgumentException(
                    field + " image: expected one that was opened, found none; open it again");
        }
        return found;
    }

    private static void require(String field, List<?> values, int size) {
        if (values == null || values.size() != size || values.contains(null)) {
            throw new IllegalArgumentException(
                    "%s: expected %d values, found %s".formatted(field, size, values));
        }
    }
}
