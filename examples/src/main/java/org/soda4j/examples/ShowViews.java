package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.data.dataset.CoilDataset;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.pair.ViewSource;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.examples.cli.DataOptions;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws what a model is trained on: images and pairs of augmented views of them. */
@Command(
        name = "show-views",
        description =
                "Draws a contact sheet: in each row an image, then the source and the target of"
                        + " several epochs. In coil20 these are the object from two sides, in all other"
                        + " data augmented views by the published recipe.")
final class ShowViews extends Program {

    private static final int EPOCHS = 4;

    @Mixin private DataOptions data;

    @Option(names = "--out", required = true, description = "PNG file to make or replace.")
    private Path out;

    @Option(
            names = "--count",
            defaultValue = "8",
            description = "Images, taken evenly from the data.")
    private int count;

    @Option(
            names = "--resolution",
            description = "Rows and columns of the views. Default: as the data; images: 128.")
    private Integer resolution;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of the views.")
    private long seed;

    @Override
    public Integer call() throws IOException {
        int size = resolution == null ? data.source().resolution() : resolution;
        if (count < 1 || size < 1) {
            throw refusal(
                    "--count and --resolution: expected at least 1, found %d and %d"
                            .formatted(count, size));
        }
        OutputCheck.file("--out", out);
        ImageDataset images = data.open();
        ViewPipeline plain = ViewPipeline.builder(size).channels(data.source().channels()).build();
        ViewSource items;
        ViewPairs.Builder views;
        if (images instanceof CoilDataset coil) {
            items = turntable(coil);
            views = ViewPairs.builder(items).source(plain).target(plain);
        } else {
            items = ViewSource.of(images);
            views =
                    ViewPairs.builder(items)
                            .resolution(size)
                            .normalization(data.source().normalization());
        }
        Sheet sheet = new Sheet(items, views.seed(seed).build(), plain);
        sheet.picture(images.classNames(), count).save(out);
        writer().println("views: " + out.toAbsolutePath().normalize());
        return 0;
    }

    /** Each object is one item of 72 images; the pose is where the camera stands on its circle. */
    private static ViewSource turntable(CoilDataset coil) {
        return ViewSource.grouped(
                coil,
                coil::object,
                i -> {
                    double angle = Math.toRadians(coil.angleDegrees(i));
                    return new float[] {(float) Math.sin(angle), (float) Math.cos(angle)};
                });
    }

    /** What is drawn: the first image of an item as it is, and the item's pairs of views. */
    private record Sheet(ViewSource items, ViewPairs views, ViewPipeline plain) {

        ImageGrid picture(List<String> classNames, int count) {
            ImageGrid.Builder grid = ImageGrid.builder().columns(1 + 2 * EPOCHS);
            List<String> rows = new ArrayList<>();
            int shown = Math.min(count, items.size());
            for (int row = 0; row < shown; row++) {
                int item = (int) ((long) row * items.size() / shown);
                int label = items.label(item);
                rows.add(label < 0 ? String.valueOf(item) : classNames.get(label));
                grid.images(
                        List.of(
                                plain.preview(
                                        items.image(item, 0), new ViewRandom(0, 0, item, 0))));
                for (int epoch = 0; epoch < EPOCHS; epoch++) {
                    grid.images(views.preview(epoch, item));
                }
            }
            List<String> columns = new ArrayList<>(List.of("original"));
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                columns.addAll(List.of("source", "target"));
            }
            return grid.rowLabels(rows).columnLabels(columns).build();
        }
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new ShowViews(), args));
    }
}
