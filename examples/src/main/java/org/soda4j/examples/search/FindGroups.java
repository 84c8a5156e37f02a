package org.soda4j.examples.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.search.ImageGroups;
import org.soda4j.eval.search.ImageIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Groups the images of an index. */
@Command(
        name = "groups",
        sortOptions = false,
        description = {
            "Groups of images that are alike, by k-means or by their density (HDBSCAN).",
            "Each group is shown by the images nearest to its mean."
        })
public final class FindGroups extends IndexProgram {

    private static final int SHOWN = 12;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Groups of k-means. Default: of 2 to 32, the largest silhouette.")
    private Integer count;

    @Option(
            names = "--hdbscan",
            description = "By density instead: any number of groups, and images in none.")
    private boolean hdbscan;

    @Option(
            names = "--minimum",
            paramLabel = "N",
            defaultValue = "10",
            description = "Smallest group of HDBSCAN.")
    private int minimum;

    @Override
    Answer answer(ImageIndex index) {
        if (count != null) {
            requireAtLeast(2, "--count", count);
        }
        requireAtLeast(3, "--minimum", minimum);
        // Tribuo tells every iteration to the JDK's log; ours shows warnings alone.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        FeatureSet features = index.features();
        ImageGroups groups =
                hdbscan
                        ? ImageGroups.hdbscan(features, minimum)
                        : ImageGroups.kMeans(features, count == null ? 0 : count, 0);
        StringBuilder text = new StringBuilder();
        ThumbnailSheet sheet = sheet();
        int number = 0;
        for (List<String> group : groups.groups()) {
            number++;
            List<String> shown = group.subList(0, Math.min(SHOWN, group.size()));
            text.append(
                    "group %d, %d images: %s%n"
                            .formatted(
                                    number,
                                    group.size(),
                                    String.join(
                                            "  ", shown.subList(0, Math.min(4, shown.size())))));
            sheet.add(
                    "Group %d: %d images".formatted(number, group.size()),
                    "",
                    shown.stream().map(id -> new ThumbnailSheet.Item(id, "")).toList());
        }
        if (hdbscan) {
            text.append("in none: %d images%n".formatted(groups.ungrouped().size()));
        }
        text.append(String.format(Locale.ROOT, "silhouette %.3f%n", groups.silhouette()));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("silhouette", groups.silhouette());
        json.put("groups", groups.groups());
        json.put("ungrouped", groups.ungrouped());
        return new Answer(json, text.toString(), "Groups", sheet);
    }
}
