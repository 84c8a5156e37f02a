package org.soda4j.eval.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.image.PixelImage;

/** Near-duplicates, groups, odd ones and few labels, on features of which the answer is known. */
class AnswersTest {

    private static final int WIDTH = 16;

    private static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "%04d".formatted(i)).toList();
    }

    /** Around as many centres as there are groups. */
    private static FeatureSet around(int count, int groups, double spread) {
        Random random = new Random(1);
        float[][] centres = new float[groups][WIDTH];
        for (float[] centre : centres) {
            for (int j = 0; j < WIDTH; j++) {
                centre[j] = (float) random.nextGaussian();
            }
        }
        float[] values = new float[count * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    centres[i / WIDTH % groups][i % WIDTH]
                            + (float) (spread * random.nextGaussian());
        }
        return FeatureSet.of(values, WIDTH);
    }

    /** Every tenth image of the first 200 has a copy among the last 20, of another length. */
    private static FeatureSet withCopies() {
        FeatureSet plain = around(200, 200, 1);
        float[] values = new float[220 * WIDTH];
        Random random = new Random(2);
        for (int i = 0; i < 220; i++) {
            float[] row = plain.row(i < 200 ? i : (i - 200) * 10);
            for (int j = 0; j < WIDTH; j++) {
                values[i * WIDTH + j] =
                        i < 200 ? row[j] : 2 * (row[j] + (float) (0.01 * random.nextGaussian()));
            }
        }
        return FeatureSet.of(values, WIDTH);
    }

    @Test
    void findsExactlyTheCopies() {
        List<String> ids = ids(220);
        NearDuplicates duplicates = NearDuplicates.of(withCopies().withIds(ids));
        Set<List<String>> expected =
                IntStream.range(0, 20)
                        .mapToObj(i -> List.of(ids.get(10 * i), ids.get(200 + i)))
                        .collect(Collectors.toSet());
        assertThat(duplicates.groups()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(duplicates.pairs())
                .hasSize(20)
                .allSatisfy(pair -> assertThat(pair.similarity()).isGreaterThan(0.999))
                .allMatch(pair -> expected.contains(List.of(pair.first(), pair.second())));
        assertThat(duplicates.suggestedRatio()).isBetween(0.2, 0.6);
        assertThat(duplicates.pairs(1.1)).isEmpty();
        // Without copies there is hardly anything to find.
        NearDuplicates none = NearDuplicates.of(around(200, 200, 1).withIds(ids(200)));
        assertThat(none.pairs()).hasSizeLessThanOrEqualTo(2);
    }

    /** Features of the last ten images are no nearer to their originals than others are. */
    @Test
    void pixelsFindCopiesThatFeaturesOnlyPropose() {
        int count = 30;
        FeatureSet features = around(count, 10, 0.3).withIds(ids(count));
        NearDuplicates byFeatures = NearDuplicates.of(features);
        Function<String, Optional<PixelImage>> images =
                id -> {
                    int i = Integer.parseInt(id);
                    // The last ten are the first ten, brighter; image 3 is gone.
                    return i == 3
                            ? Optional.empty()
                            : Optional.of(noise(i < 20 ? i : i - 20, i < 20 ? 1 : 1.2));
                };
        Set<List<String>> expected =
                IntStream.range(0, 10)
                        .filter(i -> i != 3)
                        .mapToObj(i -> List.of(ids(count).get(i), ids(count).get(20 + i)))
                        .collect(Collectors.toSet());
        assertThat(byFeatures.pairs()).isEmpty();
        assertThat(byFeatures.withPixels(images).groups())
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(byFeatures.withPixels(images).suggestedRatio())
                .isEqualTo(byFeatures.suggestedRatio());
        assertThat(byFeatures.withPixels(id -> Optional.empty()).pairs()).isEmpty();
    }

    private static PixelImage noise(int seed, double brightness) {
        byte[] pixels = new byte[12 * 12 * 3];
        Random random = new Random(seed);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.round(random.nextInt(200) * brightness);
        }
        return new PixelImage(12, 12, 3, pixels);
    }

    @Test
    void pairsThatShareAnImageAreOneGroup() {
        float[] values = {1, 0, 0.999f, 0.04f, 0.995f, 0.1f, -1, 0, 0, -1, 1, -1};
        NearDuplicates duplicates =
                NearDuplicates.of(
                        FeatureSet.of(values, 2).withIds(List.of("a", "b", "c", "d", "e", "f")));
        assertThat(duplicates.groups(0.998)).containsExactly(List.of("a", "b", "c"));
        assertThat(duplicates.pairs(0.998)).hasSize(2).noneMatch(p -> p.first().equals("c"));
    }

    @Test
    void kMeansFindsTheGroupsAndTheirNumber() {
        FeatureSet features = around(300, 6, 0.1);
        ImageGroups groups = ImageGroups.kMeans(features.withIds(ids(300)), 0, 1);
        assertThat(groups.groups()).hasSize(6).allMatch(group -> group.size() == 50);
        for (List<String> group : groups.groups()) {
            assertThat(group.stream().map(id -> Integer.parseInt(id) % 6).distinct()).hasSize(1);
        }
        assertThat(groups.silhouette()).isGreaterThan(0.8);
        assertThat(groups.ungrouped()).isEmpty();
        assertThat(ImageGroups.kMeans(features.withIds(ids(300)), 2, 1).silhouette())
                .isLessThan(groups.silhouette());
    }

    /** (0 + 1 + 1 + ...) by hand: two pairs on a line, 0 and 1, 10 and 11. */
    @Test
    void silhouetteIsThatOfItsDefinition() {
        // Angles are what counts after scaling: small ones stand for places on a line.
        double[] places = {0, 0.01, 1.0, 1.01};
        float[] values = new float[8];
        for (int i = 0; i < 4; i++) {
            values[2 * i] = (float) Math.cos(places[i]);
            values[2 * i + 1] = (float) Math.sin(places[i]);
        }
        ImageGroups groups = ImageGroups.kMeans(FeatureSet.of(values, 2).withIds(ids(4)), 2, 0);
        double expected = 0;
        for (int i = 0; i < 4; i++) {
            double own = chord(places[i], places[i ^ 1]);
            double other =
                    (chord(places[i], places[(i + 2) % 4])
                                    + chord(places[i], places[(i + 2) % 4 ^ 1]))
                            / 2;
            expected += (other - own) / other / 4;
        }
        assertThat(groups.silhouette()).isCloseTo(expected, within(1e-5));
    }

    private static double chord(double a, double b) {
        return 2 * Math.sin(Math.abs(a - b) / 2);
    }

    @Test
    void hdbscanLeavesOutWhatIsInNoGroup() {
        FeatureSet tight = around(200, 2, 0.05);
        FeatureSet loose = around(20, 20, 1);
        float[] values = Arrays.copyOf(tight.sharedValues(), 220 * WIDTH);
        System.arraycopy(loose.sharedValues(), 0, values, 200 * WIDTH, 20 * WIDTH);
        ImageGroups groups =
                ImageGroups.hdbscan(FeatureSet.of(values, WIDTH).withIds(ids(220)), 20);
        assertThat(groups.groups()).hasSize(2);
        for (List<String> group : groups.groups()) {
            List<Integer> dense =
                    group.stream().map(Integer::parseInt).filter(i -> i < 200).toList();
            assertThat(dense).hasSizeGreaterThan(90);
            assertThat(dense.stream().map(i -> i % 2).distinct()).hasSize(1);
        }
        assertThat(groups.ungrouped().stream().filter(id -> Integer.parseInt(id) >= 200))
                .hasSizeGreaterThan(10);
    }

    @Test
    void oddIsWhatIsFarFromItsNeighbours() {
        FeatureSet features = around(100, 1, 0.1);
        float[] values = Arrays.copyOf(features.sharedValues(), 102 * WIDTH);
        for (int j = 0; j < WIDTH; j++) {
            values[100 * WIDTH + j] = -values[j]; // Two that are odd in the same way.
            values[101 * WIDTH + j] = -values[j];
        }
        FeatureSet all = FeatureSet.of(values, WIDTH);
        List<String> ids = ids(102);
        assertThat(OddOnesOut.ranked(ids, OddOnesOut.distances(all, 5)).subList(0, 2))
                .extracting(OddOnesOut.Odd::id)
                .containsExactly("0100", "0101");
        assertThat(OddOnesOut.distances(all, 1)[100]).isZero();
    }

    private static Map<String, String> labels(int each, int groups) {
        Map<String, String> labels = new TreeMap<>();
        for (int i = 0; i < each * groups; i++) {
            labels.put("%04d".formatted(i), "class " + i % groups);
        }
        return labels;
    }

    @Test
    void fewLabelsTellClassesApart() {
        FewLabels few = FewLabels.of(around(300, 3, 0.3).withIds(ids(300)), labels(3, 3));
        assertThat(few.classNames()).containsExactly("class 0", "class 1", "class 2");
        assertThat(few.answers())
                .allSatisfy(
                        answer ->
                                assertThat(answer.label())
                                        .isEqualTo("class " + Integer.parseInt(answer.id()) % 3));
        for (double[] row : few.probabilities()) {
            assertThat(Arrays.stream(row).sum()).isCloseTo(1, within(1e-9));
        }
    }

    /** Where classes overlap, the probabilities say how often the answer is right. */
    @Test
    void probabilitiesAreCalibrated() {
        FewLabels few = FewLabels.of(around(1000, 2, 3).withIds(ids(1000)), labels(60, 2));
        double confidence = 0;
        double right = 0;
        List<FewLabels.Answer> unseen = few.answers().subList(120, 1000);
        for (FewLabels.Answer answer : unseen) {
            confidence += answer.probability() / unseen.size();
            boolean correct = answer.label().equals("class " + Integer.parseInt(answer.id()) % 2);
            right += (correct ? 1.0 : 0) / unseen.size();
        }
        assertThat(right).isBetween(0.75, 0.99);
        assertThat(confidence).isCloseTo(right, within(0.06));
    }

    @Test
    void mostHelpfulAreUnsureUnlabelledAndUnlikeEachOther() {
        FeatureSet features = around(300, 3, 0.6);
        float[] values = Arrays.copyOf(features.sharedValues(), 310 * WIDTH);
        for (int i = 300; i < 310; i++) { // Ten times the same image between two classes.
            for (int j = 0; j < WIDTH; j++) {
                values[i * WIDTH + j] = values[j] + values[WIDTH + j];
            }
        }
        FewLabels few = FewLabels.of(FeatureSet.of(values, WIDTH).withIds(ids(310)), labels(4, 3));
        List<String> helpful = few.mostHelpful(8);
        assertThat(helpful).hasSize(8).doesNotHaveDuplicates();
        assertThat(helpful).noneMatch(id -> Integer.parseInt(id) < 12);
        assertThat(helpful.stream().filter(id -> Integer.parseInt(id) >= 300).count())
                .isLessThanOrEqualTo(1);
        double[][] all = few.probabilities();
        Set<String> chosen = new HashSet<>(helpful);
        double sure =
                IntStream.range(12, 300)
                        .mapToDouble(i -> Arrays.stream(all[i]).max().orElseThrow())
                        .average()
                        .orElseThrow();
        double chosenSure =
                IntStream.range(12, 310)
                        .filter(i -> chosen.contains("%04d".formatted(i)))
                        .mapToDouble(i -> Arrays.stream(all[i]).max().orElseThrow())
                        .average()
                        .orElseThrow();
        assertThat(chosenSure).isLessThan(sure);
    }

    @Test
    void refusesWhatCannotBeLearned() {
        FeatureSet features = around(10, 2, 0.1);
        assertThatThrownBy(
                        () ->
                                FewLabels.of(
                                        features.withIds(ids(10)),
                                        Map.of("0001", "a", "0002", "b")))
                .hasMessage("labels: expected at least 2 images of every class, found 1 of a");
        assertThatThrownBy(
                        () ->
                                FewLabels.of(
                                        features.withIds(ids(10)), Map.of("x", "a", "0002", "a")))
                .hasMessageContaining("expected ids of images, found x");
        assertThatThrownBy(() -> NearDuplicates.of(features.rows(1, 2, 1)))
                .hasMessage("ids: expected different ones, found twice 1");
    }
}
