package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** The table of sections against the mapping that the reference files record. */
class SectionTableTest {

    private static final Map<String, Integer> REFERENCE =
            Map.ofEntries(
                    Map.entry("down.0.res", 1),
                    Map.entry("down.1.res", 2),
                    Map.entry("down.3.res", 4),
                    Map.entry("down.4.res", 5),
                    Map.entry("down.6.res", 7),
                    Map.entry("down.7.res", 8),
                    Map.entry("middle.res1", 9),
                    Map.entry("middle.res2", 9),
                    Map.entry("up.0.res", 8),
                    Map.entry("up.1.res", 7),
                    Map.entry("up.2.res", 6),
                    Map.entry("up.4.res", 5),
                    Map.entry("up.5.res", 4),
                    Map.entry("up.6.res", 3),
                    Map.entry("up.8.res", 2),
                    Map.entry("up.9.res", 1),
                    Map.entry("up.10.res", 0));

    private static Soda model(LayerModulation modulation, boolean residual) {
        return TinyModels.builder()
                .encoder(ResNetEncoder.builder().widthMultiplier(0.0625).smallImages(true).build())
                .device(Device.cpu())
                .latent(LatentLayout.of(84))
                .modulation(modulation)
                .denoiser(
                        UNetDenoiser.builder()
                                .imageShape(3, 16, 16)
                                .channels(32)
                                .multipliers(1, 2, 2)
                                .attention(1)
                                .blocks(2)
                                .residualResampling(residual)
                                .build())
                .build();
    }

    private static Map<String, Integer> mapping(ModelSummary summary) {
        Map<String, Integer> sections = new TreeMap<>();
        for (ModelSummary.Section section : summary.sections()) {
            section.blocks().forEach(block -> sections.put(block, section.index()));
        }
        return sections;
    }

    @Test
    void pairedSectionsAreThoseOfTheReference() {
        try (Soda soda = model(LayerModulation.paired(), false)) {
            ModelSummary summary = soda.describe();
            assertThat(summary.sections().stream().map(ModelSummary.Section::size))
                    .containsExactly(9, 9, 9, 9, 8, 8, 8, 8, 8, 8);
            assertThat(mapping(summary)).isEqualTo(REFERENCE);
            assertThat(summary.sections().get(0).resolutions()).containsExactly("16 x 16");
            assertThat(summary.sections().get(4).resolutions()).containsExactly("8 x 8");
            assertThat(summary.sections().get(9).resolutions()).containsExactly("4 x 4");
        }
    }

    @Test
    void aResidualUpsamplingTakesTheSectionOfTheBlockBeforeIt() {
        try (Soda soda = model(LayerModulation.paired(), true)) {
            Map<String, Integer> sections = mapping(soda.describe());
            assertThat(sections).containsAllEntriesOf(REFERENCE);
            assertThat(sections)
                    .containsEntry("down.2.op", 3)
                    .containsEntry("down.5.op", 6)
                    .containsEntry("up.3.op", 6)
                    .containsEntry("up.7.op", 3)
                    .hasSize(REFERENCE.size() + 4);
        }
    }

    @Test
    void groupsAreByDepth() {
        try (Soda soda = model(LayerModulation.grouped(2), false)) {
            mapping(soda.describe())
                    .forEach(
                            (block, section) ->
                                    assertThat(section)
                                            .as(block)
                                            .isEqualTo(REFERENCE.get(block) / 5));
        }
    }

    @Test
    void theTableShowsSizesAndParameters() {
        try (Soda soda = model(LayerModulation.paired(), false)) {
            ModelSummary summary = soda.describe();
            assertThat(summary.parameters()).containsOnlyKeys("encoder", "denoiser");
            long trainable =
                    soda.trainableNames().stream()
                            .mapToLong(name -> soda.parameters().get(name).getShape().size())
                            .sum();
            assertThat(summary.parameterCount()).isEqualTo(trainable);
            assertThat(summary.toString())
                    .contains("section  size  resolution   blocks")
                    .containsPattern("encoder +[\\d,]+ parameters")
                    .containsPattern("9 +8 +4 x 4 +middle.res1, middle.res2");
        }
    }
}
