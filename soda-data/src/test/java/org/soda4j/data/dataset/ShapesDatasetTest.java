package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.soda4j.data.dataset.ShapesDataset.Factor;
import org.soda4j.image.PixelImage;

class ShapesDatasetTest extends ImageDatasetContract {

    @Override
    ShapesDataset open() {
        return ShapesDataset.builder().count(60).resolution(24).seed(5).build();
    }

    @Override
    int expectedSize() {
        return 60;
    }

    /** The bytes every machine must make; a change here changes what "the same data" means. */
    @Test
    void bytesArePinned() {
        assertThat(open().contentHash())
                .isEqualTo("6bfd50ccbb75094525b8c257baaf438e3a8e0a3ba9484153361ea646c9f95f75");
    }

    @Test
    void imagesDependOnSeedAndIndexAlone() {
        ShapesDataset longer = ShapesDataset.builder().count(5000).resolution(24).seed(5).build();
        assertThat(longer.image(17).pixels()).isEqualTo(open().image(17).pixels());
        ShapesDataset other = ShapesDataset.builder().count(60).resolution(24).seed(6).build();
        assertThat(other.contentHash()).isNotEqualTo(open().contentHash());
    }

    @Test
    void everyLevelOfEveryFactorComesEquallyOften() {
        ShapesDataset data = ShapesDataset.builder().count(20_000).build();
        int[] sizes = data.factorSizes();
        int[][] counts = new int[sizes.length][];
        for (int f = 0; f < sizes.length; f++) {
            counts[f] = new int[sizes[f]];
        }
        for (int i = 0; i < data.size(); i++) {
            int[] factors = data.factors(i);
            for (int f = 0; f < sizes.length; f++) {
                counts[f][factors[f]]++;
            }
        }
        for (int f = 0; f < sizes.length; f++) {
            double expected = 20_000.0 / sizes[f];
            for (int count : counts[f]) {
                // Binomial: sigma is below sqrt(expected); 5 sigma.
                assertThat((double) count).isCloseTo(expected, within(5 * Math.sqrt(expected)));
            }
        }
    }

    @Test
    void everyFactorChangesTheImage() {
        ShapesDataset data = open();
        int[] base = {0, 0, 1, 3, 4, 1, 0};
        Set<String> seen = new HashSet<>();
        int drawn = 0;
        for (int f = 0; f < base.length; f++) {
            for (int level = 0; level < data.factorSizes()[f]; level++) {
                int[] factors = base.clone();
                factors[f] = level;
                seen.add(Arrays.toString(data.render(factors).pixels()));
                drawn += level == base[f] ? 0 : 1;
            }
        }
        assertThat(seen).hasSize(drawn + 1);
        assertThat(data.factorNames())
                .containsExactly("shape", "hue", "size", "x", "y", "rotation", "background");
    }

    @Test
    void aHalfDiscHasTheAreaAndCentreOfAHalfDisc() {
        ShapesDataset data =
                ShapesDataset.builder()
                        .resolution(256)
                        .levels(Factor.SIZE, 1)
                        .levels(Factor.X, 2)
                        .levels(Factor.Y, 3)
                        .build();
        // Shape half_disc, hue red, radius 0.225, x = 0.68, y = 0.5, turned by 0, ground red.
        PixelImage image = data.render(1, 0, 0, 1, 1, 0, 0);
        double area = 0;
        double column = 0;
        double row = 0;
        int ground = (int) (0.35 * 255 + 0.5);
        int full = (int) (0.95 * 255 + 0.5);
        for (int p = 0; p < 256 * 256; p++) {
            double coverage = ((image.pixels()[3 * p] & 0xff) - ground) / (double) (full - ground);
            area += coverage;
            column += coverage * (p % 256 + 0.5);
            row += coverage * (p / 256 + 0.5);
        }
        double unit = 0.225 * 256;
        // Disc of radius R cut at y = -h: area R^2 (pi - acos(h/R)) + h sqrt(R^2 - h^2), first
        // moment of y = (2/3) (R^2 - h^2)^1.5.
        double radius = 0.95;
        double h = 0.15;
        double chord = Math.sqrt(radius * radius - h * h);
        double expectedArea = radius * radius * (Math.PI - Math.acos(h / radius)) + h * chord;
        double moment = 2.0 / 3 * chord * chord * chord;
        // Half a percent: coverage by distance is exact on straight edges only.
        assertThat(area / (unit * unit)).isCloseTo(expectedArea, within(0.005 * expectedArea));
        assertThat(column / area).isCloseTo(0.68 * 256, within(0.05));
        assertThat(row / area).isCloseTo(128 + unit * moment / expectedArea, within(0.1));
    }

    @Test
    void aHalfTurnMirrorsBothAxes() {
        ShapesDataset data =
                ShapesDataset.builder()
                        .levels(Factor.X, 1)
                        .levels(Factor.Y, 1)
                        .levels(Factor.ROTATION, 2)
                        .build();
        for (int shape = 0; shape < 5; shape++) {
            byte[] upright = data.render(shape, 1, 2, 0, 0, 0, 1).pixels();
            byte[] turned = data.render(shape, 1, 2, 0, 0, 1, 1).pixels();
            for (int p = 0; p < 32 * 32; p++) {
                // One grey level: sin(pi) is not exactly 0.
                assertThat(turned[3 * (1023 - p)] & 0xff)
                        .isCloseTo(upright[3 * p] & 0xff, within(1));
            }
        }
    }

    @Test
    void wrongOptionsAreRefusedAtOnce() {
        ShapesDataset.Builder builder = ShapesDataset.builder();
        assertThatThrownBy(() -> builder.count(0))
                .hasMessage("count: expected at least 1, found 0");
        assertThatThrownBy(() -> builder.resolution(7)).hasMessageContaining("8 to 2048, found 7");
        assertThatThrownBy(() -> builder.levels(Factor.SHAPE, 6)).hasMessageContaining("1 to 5");
        assertThatThrownBy(() -> open().render(1, 2)).hasMessageContaining("expected 7 factors");
        assertThatThrownBy(() -> open().render(5, 0, 0, 0, 0, 0, 0))
                .hasMessageContaining("SHAPE: expected a level in 0..4, found 5");
    }
}
