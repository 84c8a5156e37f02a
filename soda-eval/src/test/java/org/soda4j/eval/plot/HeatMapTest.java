package org.soda4j.eval.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cells, colours and refusals. */
class HeatMapTest {

    private static final List<String> TWO = List.of("a", "b");

    @Test
    void coloursRunFromTheLeastToTheLargestValue() {
        BufferedImage image =
                HeatMap.builder()
                        .rows("row", TWO)
                        .columns("column", TWO)
                        .values(new double[][] {{-1, 2}, {3, 5}})
                        .build()
                        .toImage();
        // The corners of cells, counted from the lower right one, which ends a gap before the edge.
        int right = image.getWidth() - 8 - 58;
        int bottom = image.getHeight() - 8 - 34;
        assertThat(new Color(image.getRGB(right, bottom))).isEqualTo(Palette.of(1));
        assertThat(new Color(image.getRGB(right - 58, bottom - 34))).isEqualTo(Palette.of(0));
        assertThat(new Color(image.getRGB(right, bottom - 34))).isEqualTo(Palette.of(0.5));
        assertThat(new Color(image.getRGB(right + 57, bottom))).isEqualTo(Color.WHITE);
    }

    @Test
    void aLongAxisTitleIsNotCutOff() {
        HeatMap.Builder builder =
                HeatMap.builder().rows("row", TWO).values(new double[][] {{1}, {2}});
        int narrow = builder.columns("x", List.of("a")).build().toImage().getWidth();
        String title = "a title that is much longer than one cell";
        BufferedImage wide = builder.columns(title, List.of("a")).build().toImage();
        assertThat(wide.getWidth()).isGreaterThan(narrow);
        for (int y = 0; y < wide.getHeight(); y++) {
            assertThat(new Color(wide.getRGB(wide.getWidth() - 2, y))).isEqualTo(Color.WHITE);
        }
    }

    @Test
    void coloursBecomeLighterAllTheWay() {
        for (int i = 1; i <= 20; i++) {
            assertThat(Palette.brightness(Palette.of(i / 20.0)))
                    .isGreaterThan(Palette.brightness(Palette.of((i - 1) / 20.0)));
        }
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        HeatMap.Builder builder = HeatMap.builder().rows("", TWO).columns("", TWO);
        assertThatThrownBy(builder::build).hasMessageContaining("expected 2 x 2 values");
        assertThatThrownBy(() -> builder.values(new double[][] {{1, 2}, {3}}).build())
                .hasMessageContaining("found 2 rows of [2, 1]");
        assertThatThrownBy(() -> builder.values(new double[][] {{1, 2}, {3, Double.NaN}}))
                .hasMessageContaining("found NaN at row 1, column 1");
        assertThatThrownBy(() -> builder.decimals(7)).hasMessageContaining("found 7");
    }
}
