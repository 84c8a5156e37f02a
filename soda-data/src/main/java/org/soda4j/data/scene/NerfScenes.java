package org.soda4j.data.scene;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.soda4j.data.dataset.ImageFilesBuilder;
import org.soda4j.data.dataset.OnError;
import org.soda4j.io.ConfigText;
import org.soda4j.io.DatasetException;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;

/**
 * Scenes in the layout of NeRF's synthetic data (B. Mildenhall et al., "NeRF", ECCV 2020), as
 * Blender's exporters write them.
 *
 * <pre>{@code
 * root/lego/transforms_train.json     also _val and _test
 * root/lego/train/r_0.png             RGBA
 * }</pre>
 *
 * <p>A file gives {@code camera_angle_x}, the angle of view from left to right in radians, and for
 * each of its {@code frames} the {@code file_path} (without {@code .png}) and the {@code
 * transform_matrix} from the axes of Blender's camera (y up, looking along -z) to the world, whose
 * z is up.
 *
 * <pre>{@code
 * SceneSource scenes = NerfScenes.builder().root(root).split(Dataset.Usage.TRAIN).build();
 * }</pre>
 */
public final class NerfScenes {

    private NerfScenes() {}

    /**
     * Starts a builder.
     *
     * @return a builder for the training views
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sets which folder to read, and how.
     *
     * <p>{@code root} is one scene, or holds one folder a scene. The splits {@code TRAIN}, {@code
     * VALIDATION} and {@code TEST} are views of the same scenes; take scenes apart with {@link
     * SceneSource#split}. Transparent pixels are laid over white, as is usual for these data.
     */
    public static final class Builder extends ImageFilesBuilder<Builder> {

        private Builder() {
            decoder.background(0xffffff);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets what is seen through transparent pixels. Default: white, 0xffffff.
         *
         * @param rgb {@code 0xRRGGBB}
         * @return this builder
         * @throws IllegalArgumentException if it is no such colour
         */
        public Builder background(int rgb) {
            decoder.background(rgb);
            return this;
        }

        /**
         * Reads all cameras, and one image.
         *
         * @return the scenes in the order of their names; each is a class of its own
         * @throws DatasetException if a file is missing or malformed, or a camera is none; names
         *     the view
         * @throws IllegalArgumentException if {@link OnError#SKIP} was set
         * @throws IllegalStateException if root was not set
         */
        public SceneSource build() {
            Path folder = requireRoot();
            String file = "transforms_" + splitName() + ".json";
            List<String> scenes = scenes(folder, file);
            SceneFiles files = new SceneFiles();
            for (int label = 0; label < scenes.size(); label++) {
                files.beginObject();
                addScene(files, folder, scenes.get(label), file, label);
            }
            List<String> names =
                    scenes.stream()
                            .map(name -> name.isEmpty() ? folder.getFileName() + "" : name)
                            .toList();
            return files.build(images(files.files(folder), names, SceneFiles.WHOLE));
        }

        /** The folders below the root that are scenes; an empty name for the root itself. */
        private static List<String> scenes(Path root, String file) {
            if (Files.isRegularFile(root.resolve(file))) {
                return List.of("");
            }
            try (Stream<Path> folders = Files.list(root)) {
                List<String> scenes =
                        folders.filter(path -> Files.isRegularFile(path.resolve(file)))
                                .map(path -> path.getFileName().toString())
                                .sorted()
                                .toList();
                if (scenes.isEmpty()) {
                    throw new DatasetException(
                            root.toString(),
                            "expected folders with %s, found none".formatted(file));
                }
                return scenes;
            } catch (IOException e) {
                throw new DatasetException(root.toString(), -1, "cannot be read: " + e, e);
            }
        }

        private static void addScene(
                SceneFiles files, Path root, String scene, String name, int label) {
            Path file = root.resolve(scene).resolve(name);
            JsonNode tree;
            try {
                tree = ConfigText.readTree(file);
            } catch (IOException | IllegalArgumentException e) {
                throw new DatasetException(file.toString(), -1, "cannot be read: " + e, e);
            }
            JsonNode angle = tree.path("camera_angle_x");
            JsonNode frames = tree.path("frames");
            if (!angle.isNumber() || !frames.isArray() || frames.isEmpty()) {
                throw new DatasetException(
                        file.toString(),
                        "expected a number camera_angle_x and a list frames, found "
                                + fieldNames(tree));
            }
            double degrees = Math.toDegrees(angle.doubleValue());
            for (int i = 0; i < frames.size(); i++) {
                JsonNode frame = frames.get(i);
                try {
                    String path = imagePath(frame.path("file_path"));
                    double[][] matrix = matrix(frame.path("transform_matrix"));
                    Pose pose = Pose.ofOpenGl(file + ", view " + i + " (" + path + ")", matrix);
                    files.add(
                            scene.isEmpty() ? path : scene + "/" + path,
                            label,
                            pose,
                            image ->
                                    Intrinsics.ofHorizontalView(
                                            image.width(), image.height(), degrees));
                } catch (IllegalArgumentException e) {
                    throw new DatasetException(file.toString(), i, e.getMessage(), e);
                }
            }
        }

        private static List<String> fieldNames(JsonNode tree) {
            List<String> names = new ArrayList<>();
            tree.fieldNames().forEachRemaining(names::add);
            return names;
        }

        /** Below the scene's folder; one that leaves it is refused. */
        private static String imagePath(JsonNode node) {
            Path path = Path.of(node.asText()).normalize();
            if (node.asText().isEmpty() || path.isAbsolute() || path.startsWith("..")) {
                throw new IllegalArgumentException(
                        "file_path: expected an image below the scene's folder, found " + node);
            }
            String text = path.toString().replace('\\', '/');
            return text.matches(".*\\.(png|jpg|jpeg)") ? text : text + ".png";
        }

        private static double[][] matrix(JsonNode node) {
            double[][] matrix = new double[node.size()][];
            for (int i = 0; i < matrix.length; i++) {
                matrix[i] = new double[node.get(i).size()];
                for (int j = 0; j < matrix[i].length; j++) {
                    JsonNode value = node.get(i).get(j);
                    // Text such as "NaN" becomes what the pose refuses.
                    matrix[i][j] = value.isNumber() ? value.doubleValue() : Double.NaN;
                }
            }
            return matrix;
        }
    }
}
