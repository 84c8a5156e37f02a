package org.soda4j.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.training.dataset.Dataset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.data.dataset.CoilDataset;
import org.soda4j.data.dataset.ImageFiles;
import org.soda4j.io.DatasetException;
import org.soda4j.io.NpyArray;
import org.soda4j.io.NpzFile;
import org.soda4j.novelview.Camera;

/** Readers of multi-view data, on small files in the published layouts. */
class SceneFilesTest {

    @TempDir Path root;

    /** A camera at (0, 0, -2) of a world with y up, looking along +z: right is -x, down is -y. */
    private static final float[] WORLD_MAT = {-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1};

    private static final float[] CAMERA_MAT = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};

    private void writeNmr(String object, int number, float[] worldMat) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int view = 0; view < 3; view++) {
            Path image = root.resolve(object).resolve("image/000" + view + ".png");
            ImageFiles.write(image, number + view, 10, 10, false);
            arrays.put(
                    "world_mat_" + view, NpyArray.ofFloats(view == 1 ? worldMat : WORLD_MAT, 4, 4));
            arrays.put("camera_mat_" + view, NpyArray.ofFloats(CAMERA_MAT, 4, 4));
        }
        NpzFile.write(root.resolve(object).resolve("cameras.npz"), arrays);
    }

    private void writeNmr() throws IOException {
        writeNmr("chair/a", 10, WORLD_MAT);
        writeNmr("chair/b", 20, WORLD_MAT);
        writeNmr("table/c", 30, WORLD_MAT);
        Files.writeString(root.resolve("chair/softras_train.lst"), "a\n");
        Files.writeString(root.resolve("chair/softras_test.lst"), "b\n");
        Files.writeString(root.resolve("table/softras_train.lst"), "c\n\n");
        Files.writeString(root.resolve("table/softras_test.lst"), "");
    }

    @Test
    void nmrCamerasAreTurnedToZUp() throws IOException {
        writeNmr();
        SceneSource scenes = NmrScenes.builder().root(root).build();
        Camera camera = scenes.camera(0, 0);
        // (0, 0, -2) with y up is (0, 2, 0) with z up.
        assertThat(camera.pose().position()).containsExactly(new double[] {0, 2, 0}, within(1e-7));
        // ShapeNet's point (0.5, 0.25, 0): 2 ahead, at (-0.5, -0.25) of the camera's axes, so at
        // -0.5 and -0.25 of the image from -1 to 1.
        Camera.Pixel pixel = camera.project(0.5, 0, 0.25);
        assertThat(pixel.column()).isEqualTo(2.5, within(1e-6));
        assertThat(pixel.row()).isEqualTo(3.75, within(1e-6));
        assertThat(pixel.depth()).isEqualTo(2, within(1e-6));
    }

    @Test
    void nmrSplitsAreListsOfObjects() throws IOException {
        writeNmr();
        SceneSource train = NmrScenes.builder().root(root).build();
        assertThat(train.size()).isEqualTo(2);
        assertThat(train.views(1)).isEqualTo(3);
        assertThat(train.classNames()).containsExactly("chair", "table");
        assertThat(train.label(1)).isEqualTo(1);
        assertThat(train.describe(1, 2)).contains("c/image/0002.png");
        assertThat(train.image(1, 2).pixels()[0] & 0xff).isEqualTo(17 * 32 & 0xff);
        SceneSource test = NmrScenes.builder().root(root).split(Dataset.Usage.TEST).build();
        assertThat(test.size()).isEqualTo(1);
        assertThat(test.describe(0, 0)).contains("b/image/0000.png");
        assertThatThrownBy(
                        () ->
                                NmrScenes.builder()
                                        .root(root)
                                        .split(Dataset.Usage.VALIDATION)
                                        .build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("softras_val.lst");
    }

    @Test
    void badNmrCamerasAreRefusedNamingTheView() throws IOException {
        writeNmr();
        float[] bad = WORLD_MAT.clone();
        bad[5] = 0;
        writeNmr("table/c", 30, bad);
        assertThatThrownBy(() -> NmrScenes.builder().root(root).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("cameras.npz, view 1")
                .hasMessageContaining("a singular one");
        bad[5] = Float.NaN;
        writeNmr("table/c", 30, bad);
        assertThatThrownBy(() -> NmrScenes.builder().root(root).build())
                .hasMessageContaining("cameras.npz, view 1")
                .hasMessageContaining("finite numbers");
        NpzFile.write(
                root.resolve("table/c/cameras.npz"),
                Map.of("world_mat_0", NpyArray.ofFloats(new float[4], 2, 2)));
        assertThatThrownBy(() -> NmrScenes.builder().root(root).build())
                .hasMessageContaining("cameras.npz, index 0")
                .hasMessageContaining("shape [2, 2]");
        Files.delete(root.resolve("table/c/cameras.npz"));
        assertThatThrownBy(() -> NmrScenes.builder().root(root).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("cameras.npz");
    }

    @Test
    void imagesOfAnotherSizeAreRefused() throws IOException {
        writeNmr();
        ImageFiles.write(root.resolve("table/c/image/0001.png"), 1, 12, 10, false);
        SceneSource scenes = NmrScenes.builder().root(root).build();
        assertThatThrownBy(() -> scenes.image(1, 1))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("c/image/0001.png")
                .hasMessageContaining(
                        "expected 10 x 10 pixels as in the first image, found 12 x 10");
    }

    private void writeNerf(String scene, String split, String matrix) throws IOException {
        Path folder = root.resolve(scene);
        for (int i = 0; i < 2; i++) {
            Path file = folder.resolve(split).resolve("r_" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(8, 6, BufferedImage.TYPE_INT_ARGB);
            image.setRGB(1, 0, 0x80ff0000);
            image.setRGB(2, 0, 0xff00ff00);
            ImageIO.write(image, "png", file.toFile());
        }
        String frames =
                IntStream.range(0, 2)
                        .mapToObj(
                                i ->
                                        "{\"file_path\": \"./%s/r_%d\", \"rotation\": 0.1, \"transform_matrix\": %s}"
                                                .formatted(split, i, i == 0 ? FRONT : matrix))
                        .collect(Collectors.joining(", "));
        String json =
                String.format(
                        Locale.ROOT,
                        "{\"camera_angle_x\": %.17g, \"frames\": [%s]}",
                        Math.PI / 2,
                        frames);
        Files.writeString(folder.resolve("transforms_" + split + ".json"), json);
    }

    /** Blender's camera at (0, -3, 0), looking along +y: right is x, up is z. */
    private static final String FRONT =
            "[[1, 0, 0, 0], [0, 0, -1, -3], [0, 1, 0, 0], [0, 0, 0, 1]]";

    @Test
    void nerfCamerasLookAlongMinusZ() throws IOException {
        writeNerf("lego", "train", FRONT);
        writeNerf("drums", "train", FRONT);
        SceneSource scenes = NerfScenes.builder().root(root).build();
        assertThat(scenes.classNames()).containsExactly("drums", "lego");
        assertThat(scenes.views(1)).isEqualTo(2);
        assertThat(scenes.describe(1, 1)).contains("lego/train/r_1.png");
        Camera camera = scenes.camera(1, 0);
        assertThat(camera.pose().position()).containsExactly(0, -3, 0);
        // 90 degrees over 8 columns: a focal length of 4. One to the right and two up, 3 ahead.
        Camera.Pixel pixel = camera.project(1, 0, 2);
        assertThat(pixel.column()).isEqualTo(4 + 4 / 3.0, within(1e-9));
        assertThat(pixel.row()).isEqualTo(3 - 8 / 3.0, within(1e-9));
        assertThat(pixel.depth()).isEqualTo(3, within(1e-9));
        // One scene by itself.
        SceneSource one = NerfScenes.builder().root(root.resolve("lego")).build();
        assertThat(one.size()).isEqualTo(1);
        assertThat(one.classNames()).containsExactly("lego");
        assertThat(one.camera(0, 0)).isEqualTo(camera);
    }

    @Test
    void transparentPixelsAreLaidOverWhite() throws IOException {
        writeNerf("lego", "train", FRONT);
        byte[] white = NerfScenes.builder().root(root).build().image(0, 0).pixels();
        assertThat(rgb(white)).containsExactly(255, 255, 255, 255, 127, 127, 0, 255, 0);
        byte[] grey =
                NerfScenes.builder().root(root).background(0x102030).build().image(0, 0).pixels();
        // 128/255 of red over 127/255 of (16, 32, 48), rounded.
        assertThat(rgb(grey)).containsExactly(16, 32, 48, 136, 16, 24, 0, 255, 0);
    }

    private static List<Integer> rgb(byte[] pixels) {
        return IntStream.range(0, 9).map(i -> pixels[i] & 0xff).boxed().toList();
    }

    @Test
    void badNerfFilesAreRefusedNamingTheView() throws IOException {
        writeNerf("lego", "train", FRONT.replace("-1, -3", "-1.5, -3"));
        assertThatThrownBy(() -> NerfScenes.builder().root(root).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("transforms_train.json, view 1 (train/r_1.png)")
                .hasMessageContaining("scaled or sheared");
        writeNerf("lego", "train", "[[1, 0], [0, 1]]");
        assertThatThrownBy(() -> NerfScenes.builder().root(root).build())
                .hasMessageContaining("view 1")
                .hasMessageContaining("shape 4 x 4 or 3 x 4");
        writeNerf("lego", "train", FRONT.replace("-3", "\"NaN\""));
        assertThatThrownBy(() -> NerfScenes.builder().root(root).build())
                .hasMessageContaining("view 1")
                .hasMessageContaining("finite numbers");
        Path file = root.resolve("lego/transforms_train.json");
        Files.writeString(file, "{\"frames\": 3}");
        assertThatThrownBy(() -> NerfScenes.builder().root(root).build())
                .hasMessageContaining("camera_angle_x")
                .hasMessageContaining("[frames]");
        Files.writeString(
                file,
                "{\"camera_angle_x\": 1, \"frames\": [{\"file_path\": \"../../x\", \"transform_matrix\": %s}]}"
                        .formatted(FRONT));
        assertThatThrownBy(() -> NerfScenes.builder().root(root).build())
                .hasMessageContaining("below the scene's folder");
        assertThatThrownBy(() -> NerfScenes.builder().root(root).split(Dataset.Usage.TEST).build())
                .hasMessageContaining("transforms_test.json, found none");
    }

    @Test
    void coilIsATurnOfCameras() throws IOException {
        for (int object : new int[] {3, 5}) {
            for (int view = 0; view < 72; view++) {
                Path file = root.resolve("obj" + object + "__" + view + ".png");
                ImageFiles.write(file, object + view, 8, 8, true);
            }
        }
        CoilDataset coil = CoilDataset.builder().root(root).channels(1).build();
        SceneSource scenes = SceneSource.turntable(coil);
        assertThat(scenes.size()).isEqualTo(2);
        assertThat(scenes.views(0)).isEqualTo(72);
        assertThat(scenes.classNames()).containsExactly("obj3", "obj5");
        assertThat(scenes.image(1, 18).pixels()).isEqualTo(coil.image(72 + 18).pixels());
        double angle = scenes.camera(1, 18).angleTo(scenes.camera(1, 54));
        // Half a turn, 10 degrees above the table: 160 degrees between the ways they look.
        assertThat(Math.toDegrees(angle)).isEqualTo(160, within(1e-9));
        assertThat(scenes.camera(0, 7)).isEqualTo(scenes.camera(1, 7));
        Camera.Pixel axis = scenes.camera(1, 18).project(0, 0, 0);
        assertThat(axis.column()).isEqualTo(4, within(1e-9));
    }
}
