package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Figures by name, put side by side. */
class ProbeFiguresTest {

    @Test
    void eachProbeStandsBesideItsBaselines() {
        List<ProbeFigures> probes =
                ProbeFigures.of(
                        Map.of(
                                "probe.linear", 0.625,
                                "probe.knn", 0.75,
                                "probe.knn.untrained", 0.8,
                                "probe.knn.pixels", 0.5,
                                "probe.linear.pixels", 0.25,
                                "probe.chance", 0.3333,
                                "other.figure", 7.0));
        assertThat(probes)
                .extracting(ProbeFigures::toString)
                .containsExactly(
                        "k-NN 75.0 % (pixels 50.0, untrained 80.0, chance 33.3)",
                        "linear probe 62.5 % (pixels 25.0, chance 33.3)");
        assertThat(probes.get(0).best()).contains(Map.entry("untrained", 0.8));
        assertThat(probes.get(1).best()).contains(Map.entry("chance", 0.3333));
    }

    @Test
    void figuresOfOldVersionsHaveNoBaselines() {
        List<ProbeFigures> probes = ProbeFigures.of(Map.of("probe.mine", 0.75));
        assertThat(probes).extracting(ProbeFigures::toString).containsExactly("probe.mine 75.0 %");
        assertThat(probes.get(0).best()).isEmpty();
    }

    @Test
    void titlesAreForPeople() {
        assertThat(ProbeFigures.title("probe.knn.untrained")).isEqualTo("k-NN, untrained");
        assertThat(ProbeFigures.title("probe.chance")).isEqualTo("chance");
        assertThat(ProbeFigures.title("probe.mine.pixels")).isEqualTo("probe.mine, pixels");
        assertThat(ProbeFigures.title("quality.psnr")).isEqualTo("quality.psnr");
    }
}
