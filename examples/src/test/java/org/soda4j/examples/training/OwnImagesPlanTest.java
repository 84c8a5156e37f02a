package org.soda4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.training.RunConfig;
import org.soda4j.training.TrainingConfig;

class OwnImagesPlanTest {

    @TempDir private Path folder;

    private OwnImagesPlan plan(int count, int side, int colour, int minutes) throws IOException {
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i % side, 0, colour);
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
        return OwnImagesPlan.choose(ImageFolder.builder().root(folder).build(), minutes, null);
    }

    @Test
    void theResolutionIsOneThatImagesHaveAndTheTimeAllows() throws IOException {
        assertThat(imageShape(3, 64, 19)).containsExactly(3, 16, 16);
        assertThat(imageShape(3, 64, 20)).containsExactly(3, 24, 24);
        assertThat(imageShape(3, 64, 35)).containsExactly(3, 24, 24);
        assertThat(imageShape(3, 64, 36)).containsExactly(3, 32, 32);
        assertThat(imageShape(3, 64, 142)).containsExactly(3, 32, 32);
        assertThat(imageShape(3, 64, 143)).containsExactly(3, 64, 64);
        assertThat(imageShape(3, 20, 240)).containsExactly(3, 24, 24);
        assertThat(imageShape(3, 17, 240)).containsExactly(3, 16, 16);
    }

    private List<Integer> imageShape(int count, int side, int minutes) throws IOException {
        OwnImagesPlan plan = plan(count, side, 0xff0000, minutes);
        return plan.config(List.of("training.steps=5")).model().denoiser().imageShape();
    }

    @Test
    void aResolutionWithoutAPresetOfItsOwnTakesTheNextSmallerOne() throws IOException {
        assertThat(plan(3, 64, 0xff0000, 20).preset()).isEqualTo("minutes-16");
        assertThat(plan(3, 64, 0x808080, 20).preset()).isEqualTo("minutes-16-grey");
        assertThat(plan(3, 64, 0xff0000, 60).preset()).isEqualTo("minutes-32");
    }

    @Test
    void fromTwoHoursOnTheEncoderIsLarger() throws IOException {
        assertThat(plan(3, 32, 0xff0000, 119).preset()).isEqualTo("minutes-32");
        OwnImagesPlan plan = plan(3, 32, 0xff0000, 120);
        assertThat(plan.preset()).isEqualTo("hours-32");
        assertThat(plan.reasons()).last().asString().startsWith("preset hours-32: a large encoder");
        assertThat(plan(3, 32, 0x808080, 600).preset()).isEqualTo("hours-32-grey");
        OwnImagesPlan large = plan(3, 64, 0xff0000, 600);
        assertThat(large.preset()).isEqualTo("minutes-64");
        assertThat(large.reasons())
                .last()
                .asString()
                .contains("within minutes (there is none for hours at this resolution)");
        assertThat(plan(3, 64, 0xff0000, 20).reasons()).last().asString().doesNotContain("hours");
        assertThat(plan(3, 20, 0xff0000, 600).preset()).isEqualTo("minutes-16");
    }

    @Test
    void greyImagesTrainAModelOfOneChannel() throws IOException {
        OwnImagesPlan plan = plan(9, 32, 0x808080, 60);
        assertThat(plan.preset()).isEqualTo("minutes-32-grey");
        RunConfig config = plan.config(List.of("training.steps=5"));
        assertThat(config.model().denoiser().imageShape()).containsExactly(1, 32, 32);
        assertThat(config.model().encoder().inputChannels()).isEqualTo(1);
        assertThat(config.training().batchSize()).isEqualTo(8);
    }

    @Test
    void aProbeOnTheWayEveryThreeMinutes() {
        TrainingConfig training = RunConfig.preset("minutes-16", "training.steps=3246").training();
        // 156 steps an epoch: 20.8 epochs, so after 3, 6, 9, 12, 15 and 18 and at the end.
        assertThat(OwnImagesPlan.epochsBetweenProbes(training, 10_000, 20)).isEqualTo(3);
        assertThat(OwnImagesPlan.epochsBetweenProbes(training, 10_000, 2)).isZero();
        assertThat(OwnImagesPlan.epochsBetweenProbes(training, 10_000, 3)).isEqualTo(10);
        assertThat(OwnImagesPlan.epochsBetweenProbes(training, 10_000, 600)).isEqualTo(2);
        // Less than an epoch: none on the way.
        assertThat(OwnImagesPlan.epochsBetweenProbes(training, 1_000_000, 20)).isEqualTo(1);
    }

    @Test
    void theResolutionThatIsAskedForIsTaken() throws IOException {
        plan(3, 64, 0xff0000, 20);
        ImageFolder images = ImageFolder.builder().root(folder).build();
        OwnImagesPlan plan = OwnImagesPlan.choose(images, 20, 40);
        assertThat(plan.preset()).isEqualTo("minutes-32");
        assertThat(plan.config(List.of("training.steps=5")).model().denoiser().imageShape())
                .containsExactly(3, 40, 40);
        assertThat(plan.reasons().get(0)).startsWith("resolution 40 (--resolution): ");
        assertThatThrownBy(() -> OwnImagesPlan.choose(images, 20, 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--resolution: expected a multiple of 8 from 16 to 128, found 20");
    }

    @Test
    void oneImageIsTooFew() {
        assertThatThrownBy(() -> plan(1, 32, 0, 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images: expected at least 2, for batch norm, found 1");
    }
}
