package org.soda4j.eval.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.Neighbours;

/**
 * Images that are nearly the same: pairs whose features have a large cosine. Compares every image
 * with every other, so its time grows with the square of their number (a minute for 50,000 images
 * of 600 features on two cores).
 *
 * <pre>{@code
 * NearDuplicates duplicates = NearDuplicates.of(index.features(), index.ids());
 * List<List<String>> groups = duplicates.groups(duplicates.suggestedThreshold());
 * }</pre>
 */
public final class NearDuplicates {

    /**
     * Of each image's pairs: more than so many copies of one image are found through each other.
     */
    private static final int NEIGHBOURS = 8;

    private final List<String> ids;
    private final List<Pair> pairs;
    private final double suggested;

    /**
     * Two images that are alike.
     *
     * @param first the one that comes first among the ids
     * @param second the other
     * @param similarity the cosine between their features
     */
    public record Pair(String first, String second, double similarity) {}

    private NearDuplicates(List<String> ids, List<Pair> pairs, double suggested) {
        this.ids = List.copyOf(ids);
        this.pairs = pairs;
        this.suggested = suggested;
    }

    /**
     * Compares all images.
     *
     * @param features one row an image, at least 2
     * @param ids one a row, all different
     * @return the nearest pairs
     * @throws IllegalArgumentException if the numbers differ, or there are fewer than 2 images
     */
    public static NearDuplicates of(FeatureSet features, List<String> ids) {
        ImageIndexWriter.requireIds(features, ids);
        if (ids.size() < 2) {
            throw new IllegalArgumentException("expected at least 2 images, found " + ids.size());
        }
        int k = Math.min(NEIGHBOURS + 1, ids.size());
        Neighbours nearest =
                KnnProbe.builder()
                        .k(k)
                        .allowSmallClasses(true)
                        .build()
                        .neighbours(features, features);
        List<Pair> pairs = new ArrayList<>();
        double[] angles = new double[ids.size()];
        int[][] indices = nearest.indices();
        double[][] distances = nearest.distances();
        for (int i = 0; i < indices.length; i++) {
            angles[i] = Double.NaN;
            for (int j = 0; j < k; j++) {
                int other = indices[i][j];
                if (other == i) {
                    continue;
                }
                if (Double.isNaN(angles[i])) {
                    angles[i] = distances[i][j];
                }
                // Each pair once: by the earlier image, or by the later where that has nearer ones.
                if (i < other || !contains(indices[other], i)) {
                    pairs.add(
                            new Pair(
                                    ids.get(Math.min(i, other)),
                                    ids.get(Math.max(i, other)),
                                    cosine(distances[i][j])));
                }
            }
        }
        pairs.sort(
                Comparator.comparingDouble(Pair::similarity)
                        .reversed()
                        .thenComparing(Pair::first)
                        .thenComparing(Pair::second));
        return new NearDuplicates(ids, pairs, cosine(smallDistance(angles)));
    }

    private static boolean contains(int[] row, int value) {
        return Arrays.stream(row).anyMatch(i -> i == value);
    }

    /** Of two vectors of length 1 at a distance. */
    private static double cosine(double distance) {
        return 1 - distance * distance / 2;
    }

    /**
     * A distance that images which are not copies hardly have: their nearest neighbours' distances
     * are about log-normal, and its spread is read from the upper half, where no copies are.
     */
    private static double smallDistance(double[] nearest) {
        double[] logs =
                Arrays.stream(nearest).map(d -> Math.log(Math.max(d, 1e-6))).sorted().toArray();
        double median = logs[logs.length / 2];
        double spread = logs[(int) (0.84 * (logs.length - 1))] - median;
        return Math.exp(median - DEVIATIONS * Math.max(spread, 0.05));
    }

    private static final double DEVIATIONS = 4;

    /**
     * Suggests from which similarity on images are nearly the same, from the similarities of all
     * images' nearest neighbours. Look at some pairs around it.
     *
     * @return a cosine
     */
    public double suggestedThreshold() {
        return suggested;
    }

    /**
     * Lists pairs, of each image at most those with its 8 nearest.
     *
     * @param threshold smallest cosine
     * @return the most alike first
     */
    public List<Pair> pairs(double threshold) {
        return pairs.stream().takeWhile(pair -> pair.similarity >= threshold).toList();
    }

    /**
     * Puts together what pairs connect.
     *
     * @param threshold smallest cosine of a pair
     * @return groups of at least 2 ids in their order, the largest group first
     */
    public List<List<String>> groups(double threshold) {
        Map<String, Integer> places = new TreeMap<>();
        for (int i = 0; i < ids.size(); i++) {
            places.put(ids.get(i), i);
        }
        int[] parent = new int[ids.size()];
        Arrays.setAll(parent, i -> i);
        for (Pair pair : pairs(threshold)) {
            int first = root(parent, places.get(pair.first));
            int second = root(parent, places.get(pair.second));
            parent[Math.max(first, second)] = Math.min(first, second);
        }
        Map<Integer, List<String>> groups = new TreeMap<>();
        for (int i = 0; i < parent.length; i++) {
            groups.computeIfAbsent(root(parent, i), root -> new ArrayList<>()).add(ids.get(i));
        }
        return groups.values().stream()
                .filter(group -> group.size() > 1)
                .sorted(Comparator.comparingInt((List<String> group) -> group.size()).reversed())
                .toList();
    }

    private static int root(int[] parent, int i) {
        int root = i;
        while (parent[root] != root) {
            parent[root] = parent[parent[root]];
            root = parent[root];
        }
        return root;
    }
}
