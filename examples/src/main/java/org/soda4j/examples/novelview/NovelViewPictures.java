package org.soda4j.examples.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.eval.plot.AnimatedGif;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.EncodedViews;

/** Unseen objects, each drawn from one source view: beside the truth, and turning. */
public final class NovelViewPictures {

    private static final int SHOWN = 8;
    private static final int FRAME_MILLIS = 100;

    /** Where in the turn the source stands; the grid shows views beside and behind it. */
    private static final int SOURCE = 0;

    private static final List<Integer> GRID_DEGREES = List.of(40, 120, 220);

    private final Soda soda;
    private final SamplingOptions options;
    private final Turntable turntable;
    private final int shown;

    public NovelViewPictures(Soda soda, SamplingOptions options, Turntable turntable) {
        this.soda = soda;
        this.options = options;
        this.turntable = turntable;
        shown = Math.min(SHOWN, turntable.unseen().size());
    }

    /** A row an object: source, then the true and the drawn view from three other cameras. */
    public ImageGrid grid(NDManager manager) {
        List<NDArray> drawn = new ArrayList<>();
        List<String> columns = new ArrayList<>(List.of("source"));
        try (EncodedViews views = encode(manager)) {
            for (int degrees : GRID_DEGREES) {
                drawn.add(draw(views, camera(degrees)));
                columns.add("true");
                columns.add("drawn");
            }
        }
        ImageGrid.Builder grid = ImageGrid.builder().columns(columns.size()).columnLabels(columns);
        for (int object = 0; object < shown; object++) {
            grid.images(truth(object, SOURCE));
            for (int i = 0; i < drawn.size(); i++) {
                grid.images(truth(object, camera(GRID_DEGREES.get(i))));
                grid.images(drawn.get(i).get(object));
            }
        }
        return grid.build();
    }

    /** Above the truth, below what is drawn; the noise is the same in all frames. */
    public AnimatedGif orbit(NDManager manager) {
        List<ImageGrid> frames = new ArrayList<>();
        try (EncodedViews views = encode(manager)) {
            for (int k = 0; k < turntable.cameras().size(); k++) {
                ImageGrid.Builder frame = ImageGrid.builder().columns(shown);
                for (int object = 0; object < shown; object++) {
                    frame.images(truth(object, k));
                }
                try (NDArray drawn = draw(views, k)) {
                    frames.add(frame.images(drawn).rowLabels(List.of("true", "drawn")).build());
                }
            }
        }
        return AnimatedGif.of(frames, FRAME_MILLIS);
    }

    private int camera(int degrees) {
        return degrees * turntable.cameras().size() / 360;
    }

    private List<PixelImage> truth(int object, int camera) {
        return List.of(turntable.truth().apply(object, camera));
    }

    /** The first unseen objects, from their source views. */
    private EncodedViews encode(NDManager manager) {
        List<PixelImage> sources =
                IntStream.range(0, shown)
                        .mapToObj(object -> turntable.truth().apply(object, SOURCE))
                        .toList();
        PixelImage first = sources.get(0);
        int plane = first.width() * first.height();
        float[] pixels = new float[shown * first.channels() * plane];
        for (int i = 0; i < pixels.length; i++) {
            int object = i / (first.channels() * plane);
            int channel = i / plane % first.channels();
            int at = i % plane * first.channels() + channel;
            pixels[i] = (sources.get(object).pixels()[at] & 0xff) / 255f;
        }
        Shape shape = new Shape(shown, 1, first.channels(), first.height(), first.width());
        Camera camera = turntable.cameras().get(SOURCE);
        return soda.novelViews()
                .encode(manager.create(pixels, shape), Collections.nCopies(shown, List.of(camera)));
    }

    private NDArray draw(EncodedViews views, int camera) {
        Camera target = turntable.cameras().get(camera);
        return soda.novelViews().sample(views, Collections.nCopies(shown, target), options);
    }
}
