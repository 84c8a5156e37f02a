package org.soda4j.eval.report;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.FixedNoiseDecoder;
import org.soda4j.eval.latent.LatentDirection;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.latent.LatentLayout;

/** Pictures of what a model draws. */
public final class ModelPictures {

    private static final int COLUMNS = 10;
    private static final int ROWS = 5;

    private static final double[] DEVIATIONS = {-3, -2, -1, 0, 1, 2, 3};

    /** How often images are drawn for all pictures: at once, by columns, and at once. */
    static final int DRAWINGS = 1 + COLUMNS + 1;

    private final Soda soda;
    private final ImageDataset images;
    private final SamplingOptions options;
    private final IntConsumer progress;
    private int drawings;

    /**
     * Prepares the pictures.
     *
     * @param soda the model; stays open
     * @param images at least one image; of labelled ones the first of each class come first
     * @param options how images are drawn
     * @throws IllegalArgumentException if there is no image
     */
    public ModelPictures(Soda soda, ImageDataset images, SamplingOptions options) {
        this(soda, images, options, drawn -> {});
    }

    /** {@code progress} is told how many of the {@link #DRAWINGS} are done. */
    ModelPictures(Soda soda, ImageDataset images, SamplingOptions options, IntConsumer progress) {
        if (images.size() == 0) {
            throw new IllegalArgumentException("images: expected at least one, found none");
        }
        this.soda = soda;
        this.images = images;
        this.options = options;
        this.progress = progress;
    }

    /**
     * Up to ten images, and what is drawn from their latents below them.
     *
     * @return the picture
     */
    public ImageGrid reconstructions() {
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            NDArray originals = batch(manager, chosen(COLUMNS));
            NDArray again = soda.reconstruct(originals, options);
            progress.accept(++drawings);
            return ImageGrid.builder()
                    .images(originals)
                    .images(again)
                    .columns((int) originals.getShape().get(0))
                    .rowLabels(List.of("original", "from its latent"))
                    .build();
        }
    }

    /**
     * Ten steps on a straight line between the latents of two images, one pair a row, each row from
     * one starting noise: what changes in it is what the latent says.
     *
     * @return the picture
     */
    public ImageGrid interpolations() {
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            int[] ends = chosen(2 * ROWS);
            NDArray latents = soda.encode(batch(manager, ends));
            int pairs = Math.max(1, ends.length / 2);
            NDList from = new NDList();
            NDList to = new NDList();
            for (int pair = 0; pair < pairs; pair++) {
                from.add(latents.get(2 * pair % ends.length));
                to.add(latents.get((2 * pair + 1) % ends.length));
            }
            NDArray first = NDArrays.stack(from);
            NDArray last = NDArrays.stack(to);
            NDList columns = new NDList();
            for (int column = 0; column < COLUMNS; column++) {
                float weight = column / (COLUMNS - 1f);
                // A column a call with one seed: a row keeps its starting noise.
                columns.add(soda.sample(first.mul(1 - weight).add(last.mul(weight)), options));
                progress.accept(++drawings);
            }
            Shape shape = columns.get(0).getShape();
            NDArray rows =
                    NDArrays.stack(columns, 1)
                            .reshape(
                                    new Shape(
                                            (long) pairs * COLUMNS,
                                            shape.get(1),
                                            shape.get(2),
                                            shape.get(3)));
            return ImageGrid.builder().images(rows).columns(COLUMNS).build();
        }
    }

    /**
     * Edits of one image: in each row one section of its latent goes along the direction in which
     * the latents of a data set differ the most, all drawn from one starting noise.
     *
     * @param latents of at least two images
     * @return the picture, the image's own latent in the middle column
     * @throws IllegalArgumentException if there are fewer than two latents
     */
    public ImageGrid edits(FeatureSet latents) {
        LatentLayout layout = soda.config().latent();
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            NDArray latent = soda.encode(batch(manager, chosen(1)));
            NDList moved = new NDList();
            for (int section : sections(layout)) {
                moved.add(
                        LatentDirection.principal(latents, layout, section, 1)
                                .get(0)
                                .traverse(latent, DEVIATIONS));
            }
            NDArray drawn = FixedNoiseDecoder.of(soda, options).decode(NDArrays.concat(moved));
            progress.accept(++drawings);
            return ImageGrid.builder().images(drawn).columns(DEVIATIONS.length).build();
        }
    }

    /** Up to five, the first and the last among them. */
    static int[] sections(LatentLayout layout) {
        int rows = Math.min(ROWS, layout.sections());
        int[] sections = new int[rows];
        for (int row = 1; row < rows; row++) {
            sections[row] = row * (layout.sections() - 1) / (rows - 1);
        }
        return sections;
    }

    /** The first image of each class in turn, then the images in their order. */
    private int[] chosen(int count) {
        List<Integer> rows = new ArrayList<>();
        int size = Math.toIntExact(images.size());
        for (int label = 0; label < Math.min(count, images.classNames().size()); label++) {
            for (int i = 0; i < size; i++) {
                if (images.label(i) == label) {
                    rows.add(i);
                    break;
                }
            }
        }
        for (int i = 0; i < size && rows.size() < count; i++) {
            if (!rows.contains(i)) {
                rows.add(i);
            }
        }
        return rows.stream().mapToInt(Integer::intValue).toArray();
    }

    private NDArray batch(NDManager manager, int[] rows) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        ViewPipeline pipeline = ViewPipeline.builder(shape.get(1)).channels(shape.get(0)).build();
        float[] pixels = new float[rows.length * pipeline.length()];
        for (int i = 0; i < rows.length; i++) {
            float[] view = pipeline.apply(images.image(rows[i]), new ViewRandom(0, 0, 0, 0));
            System.arraycopy(view, 0, pixels, i * view.length, view.length);
        }
        return manager.create(
                pixels, new Shape(rows.length, shape.get(0), shape.get(1), shape.get(2)));
    }
}
