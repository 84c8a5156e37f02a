package org.soda4j.examples.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.eval.search.NearDuplicates;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds images of an index that are nearly the same. */
@Command(
        name = "duplicates",
        sortOptions = false,
        description = "Groups images that are nearly the same: copies, resized, recompressed.")
public final class FindDuplicates extends IndexProgram {

    private static final int SHOWN = 200;

    @Option(
            names = "--threshold",
            paramLabel = "X",
            description =
                    "Smallest cosine of two copies, up to 1. Default: none; pairs much closer than"
                            + " their neighbours.")
    private Double threshold;

    @Option(
            names = "--features-only",
            description =
                    "Without a second look at the pixels, which reads all images again and finds"
                            + " copies in other brightness or contrast, too.")
    private boolean featuresOnly;

    @Override
    Answer answer(ImageIndex index) {
        if (threshold != null && !(threshold > -1 && threshold <= 1)) {
            throw refusal("--threshold: expected -1 to 1, found " + threshold);
        }
        NearDuplicates duplicates = NearDuplicates.of(index.features());
        boolean look = threshold == null && !featuresOnly && hasImages();
        if (look) {
            duplicates = duplicates.withPixels(this::image);
        }
        List<List<String>> groups =
                threshold == null ? duplicates.groups() : duplicates.groups(threshold);
        List<NearDuplicates.Pair> pairs =
                threshold == null ? duplicates.pairs() : duplicates.pairs(threshold);
        StringBuilder text = new StringBuilder();
        for (NearDuplicates.Pair pair : pairs) {
            text.append(line(pair.similarity(), pair.first() + "  " + pair.second()));
        }
        text.append(
                String.format(
                        Locale.ROOT,
                        "%d pairs in %d groups, %s%n",
                        pairs.size(),
                        groups.size(),
                        threshold == null
                                ? String.format(
                                        Locale.ROOT,
                                        "at most %.2f times as far apart as from their neighbours%s",
                                        duplicates.suggestedRatio(),
                                        look ? ", or of the same pixels but for brightness" : "")
                                : "with a cosine of at least " + threshold));
        ThumbnailSheet sheet = sheet();
        groups.stream()
                .limit(SHOWN)
                .forEach(
                        group ->
                                sheet.add(
                                        group.size() + " alike: " + group.get(0),
                                        "",
                                        group.stream()
                                                .map(id -> new ThumbnailSheet.Item(id, ""))
                                                .toList()));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("threshold", threshold);
        json.put("ratio", threshold == null ? duplicates.suggestedRatio() : null);
        json.put("pixels", look);
        json.put("pairs", pairs);
        json.put("groups", groups);
        return new Answer(json, text.toString(), "Nearly the same", sheet);
    }
}
