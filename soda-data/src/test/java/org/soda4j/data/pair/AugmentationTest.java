package org.soda4j.data.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.PixelImage;
import org.soda4j.io.ConfigText;
import org.soda4j.training.Augmentation;

class AugmentationTest {

    private static final PixelImage IMAGE = image();

    private static PixelImage image() {
        byte[] pixels = new byte[3 * 12 * 12];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 37);
        }
        return new PixelImage(12, 12, 3, pixels);
    }

    private static float[] view(ViewPipeline pipeline, long seed) {
        return pipeline.apply(IMAGE, new ViewRandom(seed, 0, 0, 0));
    }

    @Test
    void wholeImagesWithoutFlipsAndColoursStayAsTheyAre() {
        Augmentation nothing = new Augmentation(1, 1, 0, 0, 0);
        float[] plain = view(ViewPipeline.builder(12).channels(3).build(), 0);
        for (long seed = 0; seed < 20; seed++) {
            // A crop of the whole area fits only where the drawn aspect ratio is 1; else the
            // library falls back to the middle, which of a square is all of it.
            assertThat(view(ViewPipeline.target(12, 3, nothing), seed)).isEqualTo(plain);
            assertThat(view(ViewPipeline.source(12, 3, nothing), seed)).isEqualTo(plain);
        }
    }

    @Test
    void sourceAndTargetHaveAreasOfTheirOwn() {
        Augmentation sources = new Augmentation(0.1, 1, 0, 0, 0);
        Augmentation targets = new Augmentation(1, 0.1, 0, 0, 0);
        float[] plain = view(ViewPipeline.builder(12).channels(3).build(), 0);
        assertThat(view(ViewPipeline.source(12, 3, sources), 1)).isNotEqualTo(plain);
        assertThat(view(ViewPipeline.target(12, 3, sources), 1)).isEqualTo(plain);
        assertThat(view(ViewPipeline.source(12, 3, targets), 1)).isEqualTo(plain);
        assertThat(view(ViewPipeline.target(12, 3, targets), 1)).isNotEqualTo(plain);
    }

    @Test
    void flipsColoursAndGreyAreDoneToTheSource() {
        float[] plain = view(ViewPipeline.builder(12).channels(3).build(), 0);
        float[] flipped = view(ViewPipeline.source(12, 3, new Augmentation(1, 1, 1, 0, 0)), 0);
        assertThat(flipped[0]).isEqualTo(plain[11]);
        float[] grey = view(ViewPipeline.source(12, 3, new Augmentation(1, 1, 0, 0, 1)), 0);
        assertThat(grey[5]).isEqualTo(grey[144 + 5]).isEqualTo(grey[288 + 5]);
        float[] jittered = view(ViewPipeline.source(12, 3, new Augmentation(1, 1, 0, 0.4, 0)), 0);
        assertThat(jittered).isNotEqualTo(plain);
        Augmentation colours = new Augmentation(1, 1, 0, 0.4, 1);
        assertThat(view(ViewPipeline.target(12, 3, colours), 0)).as("target").isEqualTo(plain);
    }

    @Test
    void textLeavesOutWhatIsNotDone() {
        String text = "{\"sourceArea\": 0.5, \"targetArea\": 0.75, \"flip\": 0.5}";
        assertThat(ConfigText.fromTree(ConfigText.jsonTree(text), Augmentation.class))
                .isEqualTo(new Augmentation(0.5, 0.75, 0.5, 0, 0));
        assertThatThrownBy(() -> new Augmentation(0, 1, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sourceArea: expected more than 0 and at most 1, found 0.0");
        assertThatThrownBy(() -> new Augmentation(1, 1, 1.5, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("flip: expected 0 .. 1, found 1.5");
    }
}
