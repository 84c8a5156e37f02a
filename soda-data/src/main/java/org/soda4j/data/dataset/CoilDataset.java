package org.soda4j.data.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.soda4j.io.DatasetException;

/**
 * COIL-20 and COIL-100: objects on a turntable, 72 views each, 5 degrees apart; 128 x 128, COIL-20
 * in grey and COIL-100 in colour. The label is the object. In the order of objects, then angles.
 *
 * <p>Source: S. Nene, S. Nayar, H. Murase, "Columbia Object Image Library", CUCS-005-96 and
 * CUCS-006-96, 1996; files {@code obj1__0.png} and so on. In COIL-20 the last number counts views
 * of 5 degrees, in COIL-100 it is the angle in degrees; which of the two is seen from the numbers.
 *
 * <pre>{@code
 * CoilDataset coil = CoilDataset.builder().root(Path.of("coil-20-proc")).channels(1).build();
 * int view = coil.index(3, 45);     // object 3 at 45 degrees
 * }</pre>
 */
public final class CoilDataset extends ImageFilesDataset {

    private static final Pattern NAME = Pattern.compile("obj(\\d{1,4})__(\\d{1,4})\\.png");

    /** From one view of an object to the next. */
    public static final int STEP_DEGREES = 5;

    private static final int VIEWS = 360 / STEP_DEGREES;

    private final List<Integer> objects;

    private CoilDataset(Builder builder, List<ImageFile> files, List<Integer> objects) {
        super(
                builder,
                builder.root,
                files,
                objects.stream().map(object -> "obj" + object).toList());
        this.objects = List.copyOf(objects);
    }

    /**
     * Starts a builder.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the number of the object in an image.
     *
     * @param index 0 .. size - 1
     * @return the number in the file's name, from 1
     */
    public int object(int index) {
        return objects.get(label(index));
    }

    /**
     * Returns the numbers of all objects, ascending; label i is the i-th of them.
     *
     * @return the numbers in the files' names
     */
    public List<Integer> objects() {
        return objects;
    }

    /**
     * Returns how far the turntable was turned.
     *
     * @param index 0 .. size - 1
     * @return 0, 5, ... 355 degrees
     */
    public int angleDegrees(int index) {
        Objects.checkIndex(index, (int) availableSize());
        return index % VIEWS * STEP_DEGREES;
    }

    /**
     * Returns where the view of an object from an angle stands.
     *
     * @param object one of {@link #objects()}
     * @param angleDegrees a multiple of 5; whole turns do not matter
     * @return the index of the image
     * @throws IllegalArgumentException if there is no such object or no such angle
     */
    public int index(int object, int angleDegrees) {
        int label = objects.indexOf(object);
        if (label < 0 || angleDegrees % STEP_DEGREES != 0) {
            throw new IllegalArgumentException(
                    "expected one of the objects %s and a multiple of %d degrees, found object %d at"
                                    .formatted(objects, STEP_DEGREES, object)
                            + " %d degrees".formatted(angleDegrees));
        }
        return label * VIEWS + Math.floorMod(angleDegrees, 360) / STEP_DEGREES;
    }

    /**
     * Sets which folder to read, and how.
     *
     * <p>{@code root} is the folder with the files. There are no splits; take objects or views
     * apart with {@link ImageDataset#select}. A file that cannot be decoded always stops: leaving
     * out a view would break the turn.
     */
    public static final class Builder extends ImageFilesBuilder<Builder> {

        private Builder() {
            split = null;
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Lists the files; decodes them only with {@code inMemory}.
         *
         * @return the data set; it holds no native memory and no open files and needs no closing
         * @throws DatasetException if there is no such file or an object has not all 72 views
         * @throws IllegalArgumentException if a split or {@link OnError#SKIP} was set
         * @throws IllegalStateException if root was not set
         */
        public CoilDataset build() {
            if (split != null || onError == OnError.SKIP) {
                throw new IllegalArgumentException(
                        "COIL has no splits and cannot leave out views, found split %s and onError %s"
                                .formatted(split, onError));
            }
            TreeMap<Integer, TreeSet<Integer>> views = views(requireRoot());
            int largest = views.values().stream().mapToInt(TreeSet::last).max().orElseThrow();
            int step = largest < VIEWS ? 1 : STEP_DEGREES;
            List<Integer> expected =
                    IntStream.range(0, VIEWS).map(view -> view * step).boxed().toList();
            List<ImageFile> files = new ArrayList<>();
            List<Integer> objects = List.copyOf(views.keySet());
            for (int label = 0; label < objects.size(); label++) {
                int object = objects.get(label);
                if (!List.copyOf(views.get(object)).equals(expected)) {
                    throw new DatasetException(
                            root.resolve("obj" + object + "__*.png").toString(),
                            "expected the %d views 0, %d, ... %d, found %s"
                                    .formatted(VIEWS, step, (VIEWS - 1) * step, views.get(object)));
                }
                for (int view : expected) {
                    files.add(new ImageFile("obj" + object + "__" + view + ".png", label));
                }
            }
            return new CoilDataset(this, files, objects);
        }
    }

    private static TreeMap<Integer, TreeSet<Integer>> views(Path root) {
        TreeMap<Integer, TreeSet<Integer>> views = new TreeMap<>();
        if (Files.isDirectory(root)) {
            try (Stream<Path> files = Files.list(root)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Matcher name = NAME.matcher(file.getFileName().toString());
                    if (name.matches()) {
                        views.computeIfAbsent(
                                        Integer.parseInt(name.group(1)), key -> new TreeSet<>())
                                .add(Integer.parseInt(name.group(2)));
                    }
                }
            } catch (IOException e) {
                throw new DatasetException(root.toString(), -1, "cannot be read: " + e, e);
            }
        }
        if (views.isEmpty()) {
            throw new DatasetException(
                    root.toString(),
                    "expected a folder with files such as obj1__0.png, found none");
        }
        return views;
    }
}
