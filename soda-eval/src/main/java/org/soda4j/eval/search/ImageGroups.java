package org.soda4j.eval.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.soda4j.data.IntRange;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.Pca;

/**
 * Groups of images that are alike, by k-means or HDBSCAN of Tribuo ({@code
 * org.tribuo:tribuo-clustering-kmeans} and {@code -hdbscan} 4.3 have to be on the class path). Both
 * see the features scaled to length 1, along their 32 principal directions.
 *
 * <pre>{@code
 * ImageGroups groups = ImageGroups.kMeans(index.features(), 8, 0);
 * }</pre>
 */
public final class ImageGroups {

    private static final int DIRECTIONS = 32;
    private static final int SILHOUETTE_ROWS = 2_000;
    private static final int MOST_TRIED_ON = 10_000;
    private static final int[] TRIED = {2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32};

    private final List<List<String>> groups;
    private final List<String> ungrouped;
    private final double silhouette;

    private ImageGroups(double[][] rows, int[] of, List<String> ids) {
        int count = Arrays.stream(of).max().orElse(-1) + 1;
        double[][] centres = new double[count][rows[0].length];
        int[] sizes = new int[count];
        for (int i = 0; i < of.length; i++) {
            if (of[i] >= 0) {
                sizes[of[i]]++;
                for (int j = 0; j < rows[i].length; j++) {
                    centres[of[i]][j] += rows[i][j];
                }
            }
        }
        List<List<String>> found = new ArrayList<>();
        for (int group = 0; group < count; group++) {
            if (sizes[group] == 0) {
                continue;
            }
            for (int j = 0; j < centres[group].length; j++) {
                centres[group][j] /= sizes[group];
            }
            int number = group;
            found.add(
                    IntStream.range(0, of.length)
                            .filter(i -> of[i] == number)
                            .boxed()
                            .sorted(
                                    Comparator.comparingDouble(
                                            (Integer i) -> distance(rows[i], centres[number])))
                            .map(ids::get)
                            .toList());
        }
        found.sort(Comparator.comparingInt((List<String> group) -> group.size()).reversed());
        groups = List.copyOf(found);
        ungrouped =
                IntStream.range(0, of.length).filter(i -> of[i] < 0).mapToObj(ids::get).toList();
        silhouette = silhouette(rows, of);
    }

    /**
     * Makes a number of groups by k-means++.
     *
     * @param features one row an image, at least as many as groups, with different ids
     * @param count how many groups, at least 2; 0 for the number, 2 to 32, with the largest
     *     silhouette
     * @param seed of the first centres
     * @return groups to which all images belong
     * @throws IllegalStateException if Tribuo is not on the class path
     */
    public static ImageGroups kMeans(FeatureSet features, int count, long seed) {
        requireTribuo("org.tribuo.clustering.kmeans.KMeansTrainer", "tribuo-clustering-kmeans");
        IntRange.atLeast(count == 0 ? 0 : 2, "count", count);
        double[][] rows = rows(features, Math.max(2, count));
        double[][] centres = null;
        if (count > 0) {
            centres = TribuoClusters.centres(rows, count, seed);
        } else {
            double[][] some = sample(rows, MOST_TRIED_ON, seed);
            double best = Double.NEGATIVE_INFINITY;
            for (int tried : TRIED) {
                if (tried < some.length) {
                    double[][] those = TribuoClusters.centres(some, tried, seed);
                    double value = silhouette(some, nearest(some, those));
                    if (value > best) {
                        best = value;
                        centres = those;
                    }
                }
            }
            centres = centres == null ? rows.clone() : centres;
        }
        return new ImageGroups(rows, nearest(rows, centres), features.ids());
    }

    /**
     * Finds groups by their density (Campello et al. 2013), with images that belong to none. Among
     * more than 5,000 images, so many are grouped and the others go to the nearest group.
     *
     * @param features one row an image, with different ids
     * @param minimumSize of a group, at least 3
     * @return any number of groups, also none
     * @throws IllegalStateException if Tribuo is not on the class path
     */
    public static ImageGroups hdbscan(FeatureSet features, int minimumSize) {
        requireTribuo("org.tribuo.clustering.hdbscan.HdbscanTrainer", "tribuo-clustering-hdbscan");
        IntRange.atLeast(3, "minimumSize", minimumSize);
        double[][] rows = rows(features, minimumSize);
        return new ImageGroups(rows, TribuoClusters.hdbscan(rows, minimumSize, 0), features.ids());
    }

    private static void requireTribuo(String type, String artifact) {
        try {
            Class.forName(type, false, ImageGroups.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "expected org.tribuo:%s 4.3 on the class path, found none; add it"
                            .formatted(artifact),
                    e);
        }
    }

    private static double[][] rows(FeatureSet features, int least) {
        ImageIndexWriter.requireIds(features);
        if (features.size() < least) {
            throw new IllegalArgumentException(
                    "expected at least %d images, found %d".formatted(least, features.size()));
        }
        return Pca.of(features.normalized(), Math.min(DIRECTIONS, features.width())).projection();
    }

    private static int[] nearest(double[][] rows, double[][] centres) {
        return Arrays.stream(rows)
                .parallel()
                .mapToInt(
                        row ->
                                IntStream.range(0, centres.length)
                                        .boxed()
                                        .min(
                                                Comparator.comparingDouble(
                                                        c -> distance(row, centres[c])))
                                        .orElseThrow())
                .toArray();
    }

    private static double[][] sample(double[][] rows, int most, long seed) {
        if (rows.length <= most) {
            return rows;
        }
        return new Random(seed)
                .ints(0, rows.length)
                .distinct()
                .limit(most)
                .mapToObj(i -> rows[i])
                .toArray(double[][]::new);
    }

    /**
     * The mean over images of (b - a) / max(a, b), a being the mean distance to the own group and b
     * that to the nearest other (Rousseeuw 1987); over 2,000 of them where there are more.
     */
    private static double silhouette(double[][] rows, int[] groups) {
        int[] grouped = IntStream.range(0, rows.length).filter(i -> groups[i] >= 0).toArray();
        int[] chosen =
                grouped.length <= SILHOUETTE_ROWS
                        ? grouped
                        : new Random(0)
                                .ints(0, grouped.length)
                                .distinct()
                                .limit(SILHOUETTE_ROWS)
                                .map(i -> grouped[i])
                                .toArray();
        int count = Arrays.stream(groups).max().orElse(-1) + 1;
        return IntStream.range(0, chosen.length)
                .parallel()
                .mapToDouble(i -> silhouette(rows, groups, chosen, i, count))
                .average()
                .orElse(Double.NaN);
    }

    private static double silhouette(
            double[][] rows, int[] groups, int[] chosen, int place, int count) {
        double[] sums = new double[count];
        int[] sizes = new int[count];
        for (int j = 0; j < chosen.length; j++) {
            if (j != place) {
                sums[groups[chosen[j]]] += distance(rows[chosen[place]], rows[chosen[j]]);
                sizes[groups[chosen[j]]]++;
            }
        }
        int own = groups[chosen[place]];
        double other = Double.POSITIVE_INFINITY;
        for (int group = 0; group < count; group++) {
            if (group != own && sizes[group] > 0) {
                other = Math.min(other, sums[group] / sizes[group]);
            }
        }
        if (sizes[own] == 0 || Double.isInfinite(other)) {
            return 0;
        }
        double within = sums[own] / sizes[own];
        double larger = Math.max(within, other);
        return larger == 0 ? 0 : (other - within) / larger;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    /**
     * Returns the groups.
     *
     * @return ids, the largest group first, in each the image nearest to its mean first
     */
    public List<List<String>> groups() {
        return groups;
    }

    /**
     * Returns what belongs to no group.
     *
     * @return ids in their order; none with k-means
     */
    public List<String> ungrouped() {
        return ungrouped;
    }

    /**
     * Says how well the groups are apart (Rousseeuw 1987), of the images that have one.
     *
     * @return -1 to 1; above 0.5 clear groups, about 0 none; 0 with one group, NaN with none
     */
    public double silhouette() {
        return silhouette;
    }
}
