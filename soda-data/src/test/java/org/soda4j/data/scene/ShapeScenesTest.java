package org.soda4j.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.soda4j.data.dataset.ContentHash;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;

class ShapeScenesTest {

    private static final int GROUND = (int) (0.92 * 255 + 0.5);

    private final ShapeScenes scenes =
            ShapeScenes.builder().objects(40).views(6).resolution(32).seed(5).build();

    /** The bytes every machine must make; a change here changes what "the same data" means. */
    @Test
    void bytesArePinned() {
        ContentHash hash = new ContentHash();
        for (int item = 0; item < 4; item++) {
            for (int view = 0; view < 2; view++) {
                hash.addImage(scenes.image(item, view), scenes.label(item));
            }
        }
        assertThat(hash.hex())
                .isEqualTo("df3ededfed34e36df153786d23b62398ef74cae8ee74529e9d08363d0b753da9");
    }

    @Test
    void picturesDependOnSeedObjectAndViewAlone() {
        ShapeScenes more = ShapeScenes.builder().objects(400).views(6).seed(5).build();
        ShapeScenes other = ShapeScenes.builder().objects(40).views(6).seed(6).build();
        assertThat(more.image(7, 3).pixels()).isEqualTo(scenes.image(7, 3).pixels());
        assertThat(more.camera(7, 3)).isEqualTo(scenes.camera(7, 3));
        assertThat(other.image(7, 3).pixels()).isNotEqualTo(scenes.image(7, 3).pixels());
        assertThat(scenes.image(7, 3).pixels()).isNotEqualTo(scenes.image(7, 4).pixels());
        assertThat(other.contentHash()).isNotEqualTo(scenes.contentHash());
    }

    @Test
    void aSphereHasItsSilhouetteItsPlaceAndItsShade() {
        Solid sphere =
                new Solid(
                        Solid.Kind.SPHERE,
                        new double[] {0.3, 0.2, -0.1},
                        new double[] {0.7, 0.7, 0.7},
                        1,
                        0,
                        ShapeScenes.Texture.HALVES,
                        new double[] {1, 1, 1},
                        new double[] {1, 1, 1});
        Camera camera =
                new Camera(Intrinsics.ofHorizontalView(64, 48, 40), Pose.orbit(4, 0.8, 0.4));
        PixelImage picture = SceneRenderer.draw(List.of(sphere), camera, 1);
        double[] eye = camera.pose().position();
        for (int p = 0; p < 64 * 48; p++) {
            double[] d = camera.direction(p % 64 + 0.5, p / 64 + 0.5);
            double along = 0;
            double square = 0;
            for (int i = 0; i < 3; i++) {
                double to = sphere.centre()[i] - eye[i];
                along += to * d[i];
                square += to * to;
            }
            double past = square - along * along;
            int grey = picture.pixels()[3 * p] & 0xff;
            if (past > 0.49) {
                assertThat(grey).isEqualTo(GROUND);
                continue;
            }
            double t = along - Math.sqrt(0.49 - past);
            double lambert = 0;
            double[] light = {2 / 7.0, -3 / 7.0, 6 / 7.0};
            for (int i = 0; i < 3; i++) {
                lambert += (eye[i] + t * d[i] - sphere.centre()[i]) / 0.7 * light[i];
            }
            double expected = 255 * (0.4 + 0.6 * Math.max(0, lambert));
            assertThat((double) grey).isEqualTo(expected, within(0.51));
        }
    }

    @Test
    void nearerSolidsHideFartherOnes() {
        double[] red = {1, 0, 0};
        double[] blue = {0, 0, 1};
        Camera camera = new Camera(Intrinsics.ofHorizontalView(9, 9, 10), Pose.orbit(4, 0, 0));
        Solid near = box(1, red);
        Solid far = box(-1, blue);
        for (List<Solid> order : List.of(List.of(near, far), List.of(far, near))) {
            byte[] pixels = SceneRenderer.draw(order, camera, 2).pixels();
            assertThat(pixels[3 * 40 + 2]).isZero();
            assertThat(pixels[3 * 40] & 0xff).isGreaterThan(90);
        }
    }

    private static Solid box(double x, double[] colour) {
        return new Solid(
                Solid.Kind.BOX,
                new double[] {x, 0, 0},
                new double[] {0.5, 0.5, 0.5},
                1,
                0,
                ShapeScenes.Texture.HALVES,
                colour,
                colour);
    }

    @Test
    void pixelsAreMeansOfTheirParts() {
        Camera fine = scenes.camera(3, 1).resized(64, 64);
        Camera coarse = scenes.camera(3, 1);
        byte[] large = SceneRenderer.draw(scenes.solids(3), fine, 2).pixels();
        byte[] small = SceneRenderer.draw(scenes.solids(3), coarse, 4).pixels();
        for (int p = 0; p < 32 * 32; p++) {
            int at = 2 * (p / 32) * 64 + 2 * (p % 32);
            double mean =
                    IntStream.of(at, at + 1, at + 64, at + 65)
                            .map(i -> large[3 * i] & 0xff)
                            .average()
                            .orElseThrow();
            // Each is rounded to whole levels once.
            assertThat((double) (small[3 * p] & 0xff)).isEqualTo(mean, within(1.01));
        }
    }

    @Test
    void camerasStandOnTheSphereAroundTheObjectAndSeeAllOfIt() {
        for (int view = 0; view < 6; view++) {
            double[] p = scenes.camera(2, view).pose().position();
            assertThat(Math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]))
                    .isEqualTo(4, within(1e-9));
            assertThat(Math.toDegrees(Math.asin(p[2] / 4))).isBetween(10.0, 50.0);
            double turn = Math.floorMod(Math.round(Math.toDegrees(Math.atan2(p[1], p[0]))), 360);
            assertThat(turn).isBetween(60.0 * view - 1, 60.0 * (view + 1) + 1);
        }
        int[] counts = new int[4];
        for (int item = 0; item < 40; item++) {
            counts[scenes.label(item)]++;
            PixelImage image = scenes.image(item, 0);
            int shown = 0;
            for (int p = 0; p < 32 * 32; p++) {
                boolean ground = (image.pixels()[3 * p] & 0xff) == GROUND;
                shown += ground ? 0 : 1;
            }
            assertThat(shown).isBetween(100, 800);
        }
        assertThat(counts).doesNotContain(0);
        assertThat(scenes.classNames()).containsExactly("box", "sphere", "cylinder", "cone");
    }

    @Test
    void splitsAreByObjectAndKeepEverything() {
        List<SceneSource> parts = scenes.split(10, 3);
        assertThat(parts.get(0).size()).isEqualTo(30);
        assertThat(parts.get(1).size()).isEqualTo(10);
        List<String> all =
                parts.stream()
                        .flatMap(
                                part ->
                                        IntStream.range(0, part.size())
                                                .mapToObj(i -> part.describe(i, 0)))
                        .distinct()
                        .toList();
        assertThat(all).hasSize(40);
        assertThat(scenes.split(10, 3).get(1).describe(0, 0))
                .isEqualTo(parts.get(1).describe(0, 0));
        assertThat(parts.get(1).contentHash()).isNotEqualTo(parts.get(0).contentHash());
        SceneSource chosen = scenes.select(7, 2);
        assertThat(chosen.image(1, 4).pixels()).isEqualTo(scenes.image(2, 4).pixels());
        assertThat(chosen.camera(1, 4)).isEqualTo(scenes.camera(2, 4));
        assertThat(chosen.label(0)).isEqualTo(scenes.label(7));
        assertThatThrownBy(() -> scenes.split(40, 0)).hasMessageContaining("1 .. 39");
        assertThatThrownBy(() -> scenes.select(40)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(scenes::select).hasMessageContaining("at least one object");
    }

    @Test
    void heldImagesAreScaledWithTheirCameras() {
        SceneSource held = scenes.inMemory(16, 8);
        PixelImage image = held.image(1, 2);
        assertThat(image.height()).isEqualTo(16);
        assertThat(image.width()).isEqualTo(8);
        assertThat(held.image(1, 2)).isSameAs(image);
        assertThat(held.camera(1, 2)).isEqualTo(scenes.camera(1, 2).resized(16, 8));
        assertThat(scenes.inMemory(32, 32).image(1, 2).pixels())
                .isEqualTo(scenes.image(1, 2).pixels());
    }

    @Test
    void badNumbersAreRefused() {
        assertThatThrownBy(() -> ShapeScenes.builder().objects(0)).hasMessageContaining("found 0");
        assertThatThrownBy(() -> ShapeScenes.builder().solids(4)).hasMessageContaining("1 to 3");
        assertThatThrownBy(() -> ShapeScenes.builder().distance(1)).hasMessageContaining("found 1");
        assertThatThrownBy(() -> ShapeScenes.builder().elevations(50, 40))
                .hasMessageContaining("found 50.0 and 40.0");
        assertThatThrownBy(() -> scenes.image(40, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> scenes.image(0, 6)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** Saturations and values are fixed, so that hues are what is left to compare. */
    @Test
    void hueDistanceKeepsTheColoursOfASolidTogether() {
        ShapeScenes one = ShapeScenes.builder().objects(20).hueDistance(0, 0).build();
        ShapeScenes near = ShapeScenes.builder().objects(20).hueDistance(0.1, 0.2).build();
        for (int item = 0; item < 20; item++) {
            for (Solid solid : one.solids(item)) {
                assertThat(hueDistance(solid)).isCloseTo(0, within(1e-6));
            }
            for (Solid solid : near.solids(item)) {
                assertThat(hueDistance(solid)).isBetween(0.1 - 1e-6, 0.2 + 1e-6);
            }
        }
        assertThatThrownBy(() -> ShapeScenes.builder().hueDistance(0.3, 0.2))
                .hasMessageContainingAll("hueDistance", "0.3", "0.2");
    }

    /** The second hue after the first, in turns. */
    private static double hueDistance(Solid solid) {
        double distance = hue(solid.second()) - hue(solid.first());
        return distance < -1e-6 ? distance + 1 : distance;
    }

    private static double hue(double[] rgb) {
        float[] hsb =
                java.awt.Color.RGBtoHSB(
                        (int) Math.round(rgb[0] * 1e6),
                        (int) Math.round(rgb[1] * 1e6),
                        (int) Math.round(rgb[2] * 1e6),
                        null);
        return hsb[0];
    }

    @Test
    void texturesCanBeChosen() {
        ShapeScenes halves =
                ShapeScenes.builder()
                        .objects(12)
                        .textures(ShapeScenes.Texture.HALVES, ShapeScenes.Texture.SECTORS)
                        .build();
        Set<ShapeScenes.Texture> found = EnumSet.noneOf(ShapeScenes.Texture.class);
        for (int item = 0; item < halves.size(); item++) {
            halves.solids(item).forEach(solid -> found.add(solid.texture()));
        }
        assertThat(found).containsExactly(ShapeScenes.Texture.HALVES, ShapeScenes.Texture.SECTORS);
        assertThat(halves.contentHash())
                .isNotEqualTo(ShapeScenes.builder().objects(12).build().contentHash());
        assertThatThrownBy(() -> ShapeScenes.builder().textures())
                .hasMessage("textures: expected at least one, each once, found []");
    }
}
