package org.soda4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LatentLayoutTest {

    @Test
    void oneSectionIsTheWholeLatent() {
        LatentLayout layout = LatentLayout.of(128);
        assertThat(layout.sections()).isEqualTo(1);
        assertThat(layout.size()).isEqualTo(128);
        assertThat(layout.size(0)).isEqualTo(128);
        assertThat(layout.offset(0)).isZero();
    }

    @Test
    void splittingGivesTheRemainderToTheFirstSections() {
        LatentLayout layout = LatentLayout.of(84).split(10);
        assertThat(layout.sizes()).containsExactly(9, 9, 9, 9, 8, 8, 8, 8, 8, 8);
        assertThat(layout.offset(0)).isZero();
        assertThat(layout.offset(4)).isEqualTo(36);
        assertThat(layout.offset(9)).isEqualTo(76);
        assertThat(LatentLayout.of(5).split(5).sizes()).containsExactly(1, 1, 1, 1, 1);
        assertThat(layout.split(1)).isEqualTo(LatentLayout.of(84));
    }

    @Test
    void everySplitCoversTheLatentWithSizesThatDifferByAtMostOne() {
        for (int size = 1; size <= 40; size++) {
            for (int sections = 1; sections <= size; sections++) {
                LatentLayout layout = LatentLayout.of(size).split(sections);
                assertThat(layout.size()).isEqualTo(size);
                assertThat(layout.sections()).isEqualTo(sections);
                assertThat(layout.size(0) - layout.size(sections - 1)).isBetween(0, 1);
                assertThat(layout.offset(sections - 1) + layout.size(sections - 1)).isEqualTo(size);
            }
        }
    }

    @Test
    void moreSectionsThanDimensionsAreRefused() {
        assertThatThrownBy(() -> LatentLayout.of(8).split(9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 1 .. 8 (the dimensions of z), found 9")
                .hasMessageContaining("enlarge the latent");
        assertThatThrownBy(() -> LatentLayout.of(8).split(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found 0");
    }

    @Test
    void emptyAndNonPositiveSizesAreRefused() {
        for (List<Integer> sizes : List.of(List.<Integer>of(), List.of(3, 0), List.of(-1))) {
            assertThatThrownBy(() -> new LatentLayout(sizes))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least 1, found " + sizes);
        }
    }
}
