package org.soda4j.data.scene;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.soda4j.data.dataset.ImageFilesBuilder;
import org.soda4j.data.dataset.OnError;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;
import org.soda4j.io.NpyArray;
import org.soda4j.io.NpzFile;
import org.soda4j.io.Utf8Text;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;

/**
 * The renders of ShapeNet objects that H. Kato, Y. Ushiku and T. Harada made for "Neural 3D Mesh
 * Renderer" (NMR, CVPR 2018), in the layout in which M. Niemeyer et al. ("Differentiable Volumetric
 * Rendering", CVPR 2020) publish them: 24 views of 64 x 64 of each object in 13 classes.
 *
 * <pre>{@code
 * root/03001627/softras_train.lst           names of objects, one per line; also _val and _test
 * root/03001627/OBJECT/image/0000.png       in the order of their names
 * root/03001627/OBJECT/cameras.npz          world_mat_0, camera_mat_0, ...
 * }</pre>
 *
 * <p>{@code world_mat_i} ({@code 4 x 4} or {@code 3 x 4}) maps the world to the camera's axes (x
 * right, y down, z forward), {@code camera_mat_i} these to an image that reaches from -1 to 1. The
 * world of ShapeNet has y up; it is turned about x so that z is up, as everywhere in this library.
 *
 * <pre>{@code
 * SceneSource chairs = NmrScenes.builder().root(root).split(Dataset.Usage.TRAIN).build();
 * }</pre>
 */
public final class NmrScenes {

    private NmrScenes() {}

    /**
     * Starts a builder.
     *
     * @return a builder for the training objects of all classes
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sets which folder to read, and how.
     *
     * <p>{@code root} holds one folder a class. The splits are {@code TRAIN}, {@code VALIDATION}
     * and {@code TEST}, by object.
     */
    public static final class Builder extends ImageFilesBuilder<Builder> {

        private String listPrefix = "softras_";

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets how the names of the lists of objects begin. Default: {@code softras_}.
         *
         * @param prefix what stands before {@code train.lst}, {@code val.lst} and {@code test.lst}
         * @return this builder
         */
        public Builder listPrefix(String prefix) {
            listPrefix = prefix;
            return this;
        }

        /**
         * Reads all cameras, and one image.
         *
         * @return the objects, by class and then in the order of the lists; the class is the label
         * @throws DatasetException if a file is missing or malformed, or a camera is none; names
         *     the view
         * @throws IllegalArgumentException if {@link OnError#SKIP} was set
         * @throws IllegalStateException if root was not set
         */
        public SceneSource build() {
            Path folder = requireRoot();
            List<String> classes = classes(folder);
            String list = listPrefix + splitName() + ".lst";
            SceneFiles files = new SceneFiles();
            for (int label = 0; label < classes.size(); label++) {
                Path names = folder.resolve(classes.get(label)).resolve(list);
                try {
                    for (String name : lines(names)) {
                        files.beginObject();
                        addObject(files, folder, classes.get(label) + "/" + name, label);
                    }
                } catch (InvalidPathException e) {
                    throw new DatasetException(
                            names.toString(), -1, "expected the names of objects, found " + e, e);
                }
            }
            return files.build(images(files.files(folder), classes, SceneFiles.WHOLE));
        }

        private static List<String> classes(Path root) {
            try (Stream<Path> folders = Files.list(root)) {
                return folders.filter(Files::isDirectory)
                        .map(path -> path.getFileName().toString())
                        .sorted()
                        .toList();
            } catch (IOException e) {
                throw new DatasetException(root.toString(), -1, "cannot be read: " + e, e);
            }
        }

        private static List<String> lines(Path list) {
            try {
                return Utf8Text.read(list)
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
            } catch (IOException e) {
                throw new DatasetException(
                        list.toString(), -1, "expected the names of objects, found " + e, e);
            }
        }

        private static void addObject(SceneFiles files, Path root, String object, int label) {
            Path folder = root.resolve(object);
            List<String> images;
            try (Stream<Path> entries = Files.list(folder.resolve("image"))) {
                images =
                        entries.map(path -> path.getFileName().toString())
                                .filter(name -> name.matches(".*\\.(png|jpg)"))
                                .sorted()
                                .toList();
            } catch (IOException e) {
                throw new DatasetException(
                        folder.toString(), -1, "expected a folder image, found " + e, e);
            }
            Path file = folder.resolve("cameras.npz");
            Map<String, NpyArray> arrays;
            try {
                arrays = NpzFile.read(file);
            } catch (IOException e) {
                throw new DatasetException(file.toString(), -1, "cannot be read: " + e, e);
            }
            for (int i = 0; i < images.size(); i++) {
                try {
                    Pose pose = pose(file + ", view " + i, matrix(arrays, "world_mat_" + i));
                    files.add(
                            object + "/image/" + images.get(i),
                            label,
                            pose,
                            lens(matrix(arrays, "camera_mat_" + i)));
                } catch (IOException | IllegalArgumentException e) {
                    throw new DatasetException(file.toString(), i, e.getMessage(), e);
                }
            }
        }

        private static double[][] matrix(Map<String, NpyArray> arrays, String name)
                throws IOException {
            NpyArray array = arrays.get(name);
            if (array == null) {
                throw new IOException(
                        "expected an array %s, found %s".formatted(name, arrays.keySet()));
            }
            int[] shape = array.shape();
            if (shape.length != 2 || shape[0] < 3 || shape[1] < 3 || shape[0] * shape[1] > 16) {
                throw new IOException(
                        "%s: expected a matrix of 4 x 4, found shape %s"
                                .formatted(name, Arrays.toString(shape)));
            }
            double[] values = array.toDoubles();
            double[][] matrix = new double[shape[0]][];
            for (int i = 0; i < shape[0]; i++) {
                matrix[i] = Arrays.copyOfRange(values, i * shape[1], (i + 1) * shape[1]);
            }
            return matrix;
        }

        /** From the world to the camera, and y up, to this library's camera to world, z up. */
        private static Pose pose(String view, double[][] worldToCamera) {
            Pose inverse = Pose.of(view, worldToCamera);
            double[] position = inverse.toCamera(0, 0, 0);
            double[][] matrix = new double[3][4];
            for (int j = 0; j < 4; j++) {
                double x = j < 3 ? inverse.get(j, 0) : position[0];
                double y = j < 3 ? inverse.get(j, 1) : position[1];
                double z = j < 3 ? inverse.get(j, 2) : position[2];
                matrix[0][j] = x;
                matrix[1][j] = -z;
                matrix[2][j] = y;
            }
            return Pose.of(view, matrix);
        }

        private static Function<PixelImage, Intrinsics> lens(double[][] k) {
            if (k[0][1] != 0 || k[1][0] != 0 || k[2][2] != 1) {
                throw new IllegalArgumentException(
                        "expected camera_mat with focal lengths on its diagonal, then 1, without skew, found "
                                + Arrays.deepToString(k));
            }
            return image -> {
                double w = image.width() / 2.0;
                double h = image.height() / 2.0;
                return new Intrinsics(
                        k[0][0] * w,
                        k[1][1] * h,
                        (1 + k[0][2]) * w,
                        (1 + k[1][2]) * h,
                        image.width(),
                        image.height());
            };
        }
    }
}
