package org.soda4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.soda4j.latent.LayerModulation.Kind;

class LayerModulationTest {

    private static int[] sections(LayerModulation modulation, int depths) {
        return IntStream.range(0, depths).map(d -> modulation.section(d, depths)).toArray();
    }

    @Test
    void wholeHasOneSectionForAllDepths() {
        assertThat(sections(LayerModulation.whole(), 5)).containsExactly(0, 0, 0, 0, 0);
    }

    @Test
    void pairedHasASectionForEachDepth() {
        assertThat(sections(LayerModulation.paired(), 5)).containsExactly(0, 1, 2, 3, 4);
        assertThat(LayerModulation.paired().sections(5)).isEqualTo(5);
    }

    @Test
    void groupedCutsTheDepthsInRunsOfNearlyEqualLength() {
        assertThat(sections(LayerModulation.grouped(3), 9))
                .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
        for (int depths = 1; depths < 20; depths++) {
            for (int k = 1; k <= depths; k++) {
                int[] found = sections(LayerModulation.grouped(k), depths);
                assertThat(found).isSorted();
                int[] lengths = new int[k];
                for (int section : found) {
                    lengths[section]++;
                }
                assertThat(IntStream.of(lengths).min().getAsInt()).isEqualTo(depths / k);
                assertThat(IntStream.of(lengths).max().getAsInt()).isEqualTo((depths + k - 1) / k);
            }
        }
        assertThat(sections(LayerModulation.grouped(7), 7))
                .isEqualTo(sections(LayerModulation.paired(), 7));
    }

    @Test
    void aLatentIsCutAsTheModulationWants() {
        LatentLayout given = LatentLayout.of(10);
        assertThat(LayerModulation.whole().layout(given, 4)).isEqualTo(given);
        assertThat(LayerModulation.paired().layout(given, 4).sizes()).containsExactly(3, 3, 2, 2);
        assertThat(LayerModulation.grouped(2).layout(given, 4).sizes()).containsExactly(5, 5);
        LatentLayout own = new LatentLayout(List.of(1, 9));
        assertThat(LayerModulation.grouped(2).layout(own, 4)).isEqualTo(own);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> LayerModulation.grouped(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected at least 1 group, found groups = 0");
        assertThatThrownBy(() -> new LayerModulation(Kind.WHOLE, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected no groups, found groups = 2");
        assertThatThrownBy(() -> LayerModulation.grouped(6).sections(5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("grouped(6): expected at most 5 groups");
        LatentLayout own = new LatentLayout(List.of(1, 9));
        assertThatThrownBy(() -> LayerModulation.paired().layout(own, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 4 for PAIRED")
                .hasMessageContaining("found 2: [1, 9]")
                .hasMessageContaining("LatentLayout.of(10)");
    }
}
