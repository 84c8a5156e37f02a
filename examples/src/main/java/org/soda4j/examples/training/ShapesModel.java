package org.soda4j.examples.training;

import ai.djl.Device;
import java.nio.file.Path;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.data.dataset.ShapesDataset.Factor;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LatentMasking;

/** A SODA small enough to learn procedural shapes within minutes, and the shapes it learns. */
public final class ShapesModel {

    static final int SIZE = 16;
    private static final int COUNT = 8000;
    private static final int PLACES = 64;

    private ShapesModel() {}

    /**
     * Shapes of 16 x 16 pixels that all stand upright and have one size: few pixels tell a small or
     * turned one from another.
     *
     * @param seed two seeds draw independent images
     */
    public static ShapesDataset shapes(int count, long seed) {
        return builder(count, seed).build();
    }

    /** The same at any place: with few columns and rows to learn, a model would know no others. */
    private static ShapesDataset trainingShapes(long seed) {
        return builder(COUNT, seed).levels(Factor.X, PLACES).levels(Factor.Y, PLACES).build();
    }

    private static ShapesDataset.Builder builder(int count, long seed) {
        return ShapesDataset.builder()
                .count(count)
                .resolution(SIZE)
                .seed(seed)
                .levels(Factor.ROTATION, 1)
                .levels(Factor.SIZE, 1);
    }

    /** Makes a model of 1.1 M parameters with a section for every depth of the U-Net. */
    public static Soda create(long seed, Device device) {
        return SmallModel.builder(3, seed)
                .device(device)
                .latent(LatentLayout.of(64))
                .masking(new LatentMasking(0.1, 0.1)) // So that dropped sections are nothing new.
                .denoiser(SmallModel.denoiser(3, SIZE).build())
                .build();
    }

    /**
     * Trains without labels. Both views are the image itself: a crop would hide where the shape is,
     * and that is to be learned.
     *
     * @param steps of 32 images each
     */
    public static void train(Soda soda, long steps, Precision precision, long seed, Path run) {
        ViewPipeline same = ViewPipeline.builder(SIZE).channels(3).build();
        ViewPairs pairs =
                ViewPairs.builder(trainingShapes(seed))
                        .source(same)
                        .target(same)
                        .seed(seed)
                        .build();
        SmallModel.trainer(soda, pairs, steps, precision, seed).folder(run).build().fit();
    }
}
