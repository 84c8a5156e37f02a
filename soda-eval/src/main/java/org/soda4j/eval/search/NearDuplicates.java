package org.soda4j.eval.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.Neighbours;
import org.soda4j.image.PixelImage;

/**
 * Images that are nearly the same. A pair is taken to be so where the two are much closer to each
 * other than to the neighbours that they have anyway, wherever in the feature space they lie: there
 * are dense places, where very different images have a large cosine, and empty ones. How much
 * closer follows from the data.
 *
 * <p>What a model takes for an important difference, such as brightness, hides copies that differ
 * in it. {@link #withPixels} has a second look at what the features propose, and finds these, too.
 *
 * <p>Compares every image with every other, so its time grows with the square of their number (a
 * minute for 50,000 images of 600 features on two cores).
 *
 * <pre>{@code
 * List<List<String>> groups = NearDuplicates.of(index.features()).groups();
 * }</pre>
 */
public final class NearDuplicates {

    /** The neighbour that the nearest are compared with; copies up to so many find each other. */
    private static final int NEIGHBOURS = 8;

    private static final double EXPECTED_BY_CHANCE = 0.1;

    /** However few images there are. */
    private static final double LARGEST_RATIO = 0.6;

    /** From here on two pictures are taken to be one: docs/notes/search.md has the choice. */
    private static final double SAME_PICTURE = 0.95;

    private final List<String> ids;
    private final List<Pair> pairs;
    private final double suggested;
    private final Set<Pair> alikeInPixels;

    /**
     * Two images that are alike.
     *
     * @param first the one that comes first among the ids
     * @param second the other
     * @param similarity the cosine between their features
     * @param ratio their distance divided by that to the 8th neighbour (of the two such distances,
     *     the smaller): 0 for equal images, near 1 for any two neighbours
     */
    public record Pair(String first, String second, double similarity, double ratio) {}

    private NearDuplicates(
            List<String> ids, List<Pair> pairs, double suggested, Set<Pair> alikeInPixels) {
        this.ids = List.copyOf(ids);
        this.pairs = pairs;
        this.suggested = suggested;
        this.alikeInPixels = alikeInPixels;
    }

    /**
     * Compares all images.
     *
     * @param features one row an image, at least 2, with different ids
     * @return the nearest pairs
     * @throws IllegalArgumentException if ids are equal, or there are fewer than 2 images
     */
    public static NearDuplicates of(FeatureSet features) {
        List<String> ids = ImageIndexWriter.requireIds(features);
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
        double[] ratios = new double[ids.size()];
        int[][] indices = nearest.indices();
        double[][] distances = nearest.distances();
        for (int i = 0; i < indices.length; i++) {
            ratios[i] = 1;
            for (int j = 0; j < k; j++) {
                int other = indices[i][j];
                if (other == i) {
                    continue;
                }
                double distance = distances[i][j];
                ratios[i] = Math.min(ratios[i], ratio(distance, distances[i][k - 1]));
                // Each pair once: by the earlier image, or by the later where that has nearer ones.
                if (i < other || !contains(indices[other], i)) {
                    double usual = Math.min(distances[i][k - 1], distances[other][k - 1]);
                    pairs.add(
                            new Pair(
                                    ids.get(Math.min(i, other)),
                                    ids.get(Math.max(i, other)),
                                    1 - distance * distance / 2, // Of vectors of length 1.
                                    ratio(distance, usual)));
                }
            }
        }
        pairs.sort(
                Comparator.comparingDouble(Pair::similarity)
                        .reversed()
                        .thenComparing(Pair::first)
                        .thenComparing(Pair::second));
        return new NearDuplicates(ids, pairs, suggestedRatio(ratios, k - 1), Set.of());
    }

    /**
     * Looks at the pictures of each image and its 8 nearest: where two agree but for brightness,
     * contrast and a shift by a pixel (normalised cross-correlation at 32 x 32 pixels of at least
     * 0.95), they are nearly the same as well, however far apart their features are. Takes about as
     * long as decoding all images, and 3 KB of memory for each.
     *
     * @param images finds an image by its id; empty where there is none any more, which leaves it
     *     to the features. Called once an image, by several threads
     * @return what both looks find
     */
    public NearDuplicates withPixels(Function<String, Optional<PixelImage>> images) {
        Map<String, byte[]> pictures = new ConcurrentHashMap<>();
        pairs.stream()
                .flatMap(pair -> Stream.of(pair.first, pair.second))
                .distinct()
                .toList()
                .parallelStream()
                .forEach(
                        id ->
                                images.apply(id)
                                        .map(CrossCorrelation::picture)
                                        .ifPresent(picture -> pictures.put(id, picture)));
        Set<Pair> alike =
                pairs.parallelStream()
                        .filter(pair -> agree(pictures.get(pair.first), pictures.get(pair.second)))
                        .collect(Collectors.toSet());
        return new NearDuplicates(ids, pairs, suggested, alike);
    }

    private static boolean agree(byte[] first, byte[] second) {
        return first != null
                && second != null
                && CrossCorrelation.of(first, second) >= SAME_PICTURE;
    }

    private static double ratio(double distance, double usual) {
        return usual == 0 ? 0 : Math.min(1, distance / usual);
    }

    private static boolean contains(int[] row, int value) {
        return Arrays.stream(row).anyMatch(i -> i == value);
    }

    /**
     * Where neighbours lie evenly in m dimensions, (d_j / d_k)^m for j below k are independent and
     * uniform (Levina and Bickel 2004). The median of the ratios d_1 / d_k says m, copies being too
     * few to change it; the ratio is then the one that by chance 0.1 of all images have.
     */
    private static double suggestedRatio(double[] ratios, int k) {
        if (k < 2) {
            return LARGEST_RATIO;
        }
        double[] sorted = Arrays.stream(ratios).sorted().toArray();
        double median = Math.min(Math.max(sorted[sorted.length / 2], 1e-3), 1 - 1e-6);
        double dimensions = Math.log(ofSmallest(0.5, k)) / Math.log(median);
        double byChance = ofSmallest(EXPECTED_BY_CHANCE / ratios.length, k);
        return Math.min(LARGEST_RATIO, Math.exp(Math.log(byChance) / dimensions));
    }

    /** The quantile of the smallest of k - 1 uniform numbers. */
    private static double ofSmallest(double probability, int k) {
        return 1 - Math.pow(1 - probability, 1.0 / (k - 1));
    }

    /**
     * Returns the ratio up to which pairs are taken to be nearly the same: if all neighbours lay
     * evenly around each other, there would be such a pair in one of ten sets like this.
     *
     * @return 0 to 0.6
     */
    public double suggestedRatio() {
        return suggested;
    }

    /**
     * Lists the pairs that are nearly the same: those with a ratio of at most {@link
     * #suggestedRatio}, and those that {@link #withPixels} found.
     *
     * @return the most alike first
     */
    public List<Pair> pairs() {
        return pairs.stream()
                .filter(pair -> pair.ratio <= suggested || alikeInPixels.contains(pair))
                .toList();
    }

    /**
     * Puts together what these pairs connect.
     *
     * @return groups of at least 2 ids in their order, the largest group first
     */
    public List<List<String>> groups() {
        return groups(pairs());
    }

    /**
     * Lists pairs by similarity alone, of each image at most those with its 8 nearest.
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
        return groups(pairs(threshold));
    }

    private List<List<String>> groups(List<Pair> connections) {
        Map<String, Integer> places = new TreeMap<>();
        for (int i = 0; i < ids.size(); i++) {
            places.put(ids.get(i), i);
        }
        int[] parent = new int[ids.size()];
        Arrays.setAll(parent, i -> i);
        for (Pair pair : connections) {
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
