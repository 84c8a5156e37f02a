package org.soda4j.examples.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.Soda;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.eval.search.OddOnesOut;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds images of an index that are unlike the others. */
@Command(
        name = "odd",
        sortOptions = false,
        description = {
            "Lists the images that are least like any others, the oddest first.",
            "The score is the distance to the k-th nearest other image; with --loss, the"
                    + " denoiser's own loss."
        })
public final class FindOdd extends IndexProgram {

    private static final int DRAWS = 8;

    @Option(names = "--count", defaultValue = "50", description = "How many to list.")
    private int count;

    @Option(names = "--k", defaultValue = "10", description = "Which neighbour counts.")
    private int k;

    @Option(
            names = "--loss",
            description = "By how badly the model draws an image; reads all images again.")
    private boolean loss;

    @Mixin private IndexedModel model;

    @Override
    Answer answer(ImageIndex index) throws IOException {
        requireAtLeast(1, "--count", count);
        requireAtLeast(1, "--k", k);
        List<String> ids = index.ids();
        double[] scores;
        if (loss) {
            try (Soda soda = load(model)) {
                scores =
                        OddOnesOut.denoiserLoss(
                                soda, ids.stream().map(imageFolder()::resolve).toList(), DRAWS);
            }
        } else {
            scores = OddOnesOut.distances(index.features(), Math.min(k, ids.size() - 1));
        }
        List<OddOnesOut.Odd> odd = OddOnesOut.ranked(ids, scores);
        odd = odd.subList(0, Math.min(count, odd.size()));
        StringBuilder text = new StringBuilder();
        List<ThumbnailSheet.Item> items = new ArrayList<>();
        for (OddOnesOut.Odd each : odd) {
            text.append(line(each.score(), each.id()));
            items.add(ThumbnailSheet.Item.scored(each.id(), each.score()));
        }
        String note =
                loss
                        ? "The oddest first, with the denoiser's loss."
                        : "The oddest first, with the distance to neighbour %d.".formatted(k);
        return new Answer(
                odd, text.toString(), "Odd ones out", sheet().add("Odd ones out", note, items));
    }
}
