package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StratificationTest {

    @TempDir Path folder;
    private ImageDataset data;

    @BeforeEach
    void write() throws Exception {
        CifarFiles.writeCifar10(folder, 60);
        data = Cifar10.builder().root(folder).recordsPerFile(60).build();
    }

    private static Set<String> sources(ImageDataset data) {
        Set<String> sources = new TreeSet<>();
        IntStream.range(0, (int) data.size()).forEach(i -> sources.add(data.source(i)));
        return sources;
    }

    @Test
    void everyClassHasItsShare() {
        int[] counts = new int[10];
        ImageDataset part = data.subset(4, 1);
        for (int i = 0; i < part.size(); i++) {
            counts[part.label(i)]++;
        }
        assertThat(counts).containsOnly(4);
    }

    @Test
    void aSplitHasEveryImageOnceAndEveryClassInProportion() {
        DatasetSplit split = data.split(0.8, 5);
        assertThat(split.train().size()).isEqualTo(240);
        Set<String> all = sources(split.train());
        assertThat(all).doesNotContainAnyElementsOf(sources(split.test()));
        all.addAll(sources(split.test()));
        assertThat(all).isEqualTo(sources(data));
        int[] counts = new int[10];
        for (int i = 0; i < 60; i++) {
            counts[split.test().label(i)]++;
        }
        assertThat(counts).containsOnly(6);
        assertThat(sources(data.split(0.8, 6).test())).isNotEqualTo(sources(split.test()));
        for (double fraction : new double[] {0, 1, Double.NaN, 0.001}) {
            assertThatThrownBy(() -> data.split(fraction, 5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("fraction");
        }
    }

    @Test
    void partsKeepTheIdsOfTheWhole() {
        ImageDataset part = data.select(7, 3, 250).select(2, 0);
        assertThat(List.of(part.id(0), part.id(1))).containsExactly("250", "7");
        assertThat(part.path(0)).isEmpty();
    }

    @Test
    void theSmallerIsPartOfTheLarger() {
        assertThat(sources(data.subset(8, 3))).containsAll(sources(data.subset(3, 3)));
    }

    @Test
    void seedsDecide() {
        Set<Set<String>> parts = new HashSet<>();
        for (long seed : List.of(0L, 1L, 2L, -1L, Long.MAX_VALUE)) {
            parts.add(sources(data.subset(3, seed)));
        }
        assertThat(parts).hasSize(5);
        assertThat(sources(data.subset(3, 2))).isEqualTo(sources(data.subset(3, 2)));
    }

    @Test
    void everyImageIsChosenEquallyOften() {
        int[] chosen = new int[300];
        int draws = 2000;
        for (int seed = 0; seed < draws; seed++) {
            for (int index : Stratification.choose(data, 6, seed)) {
                chosen[index]++;
            }
        }
        // Each of a class's 30 images is chosen with p = 0.2: 400 expected, sigma 17.9; 5 sigma.
        assertThat(chosen).hasSize(300);
        assertThat(IntStream.of(chosen).min().orElseThrow()).isGreaterThan(310);
        assertThat(IntStream.of(chosen).max().orElseThrow()).isLessThan(490);
    }
}
