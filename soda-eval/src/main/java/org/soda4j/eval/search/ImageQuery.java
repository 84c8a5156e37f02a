package org.soda4j.eval.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.soda4j.data.IntRange;

/**
 * What to search an {@link ImageIndex} for: an image or several, and which matches are wanted.
 * Several images are asked for together: by the mean of their features, each scaled to length 1.
 * Immutable.
 *
 * <pre>{@code
 * List<Match> alike = index.search(
 *         ImageQuery.ofFiles(encoder, Path.of("cat.jpg")).k(5).under("animals/"));
 * }</pre>
 */
public final class ImageQuery {

    private final FeatureSpace space;
    private final List<float[]> vectors;
    private final List<String> ids;
    private int k = 10;
    private List<Integer> sections = List.of();
    private String label;
    private String prefix = "";
    private boolean exact;

    private ImageQuery(FeatureSpace space, List<float[]> vectors, List<String> ids) {
        if (vectors.isEmpty() && ids.isEmpty()) {
            throw new IllegalArgumentException("query: expected at least one image, found none");
        }
        this.space = space;
        this.vectors = vectors;
        this.ids = ids;
    }

    private ImageQuery(ImageQuery other) {
        this(other.space, other.vectors, other.ids);
        k = other.k;
        sections = other.sections;
        label = other.label;
        prefix = other.prefix;
        exact = other.exact;
    }

    /**
     * Asks for what is like image files.
     *
     * @param encoder of the model that the index was built with
     * @param files at least one
     * @return the query
     * @throws org.soda4j.io.DatasetException if a file is no image
     */
    public static ImageQuery ofFiles(ImageEncoder encoder, Path... files) {
        return new ImageQuery(
                encoder.space(), Arrays.stream(files).map(encoder::encode).toList(), List.of());
    }

    /**
     * Asks for what is like images that are not in files.
     *
     * @param encoder of the model that the index was built with
     * @param images the contents of image files, at least one
     * @return the query
     * @throws org.soda4j.io.DatasetException if one is no image
     */
    public static ImageQuery ofBytes(ImageEncoder encoder, byte[]... images) {
        return new ImageQuery(
                encoder.space(), Arrays.stream(images).map(encoder::apply).toList(), List.of());
    }

    /**
     * Asks for what is like features, such as a latent that was edited.
     *
     * @param space which encoder they are of; another than the index's is refused
     * @param vectors at least one
     * @return the query
     */
    public static ImageQuery ofVectors(FeatureSpace space, float[]... vectors) {
        List<float[]> copies = new ArrayList<>();
        for (float[] vector : vectors) {
            space.requireWidth("query", vector.length);
            copies.add(vector.clone());
        }
        return new ImageQuery(space, copies, List.of());
    }

    /**
     * Asks for what is like images of the index, these themselves left out.
     *
     * @param ids at least one
     * @return the query
     */
    public static ImageQuery ofIds(String... ids) {
        return new ImageQuery(null, List.of(), List.of(ids));
    }

    /**
     * How many matches are wanted.
     *
     * @param count at least 1; default 10
     * @return a changed query
     */
    public ImageQuery k(int count) {
        ImageQuery changed = new ImageQuery(this);
        changed.k = IntRange.atLeastOne("k", count);
        return changed;
    }

    /**
     * Compares only some sections of the latent: alike in these, however unlike in others. Such a
     * search is exact.
     *
     * @param chosen from 0; none, the default, for all features
     * @return a changed query
     */
    public ImageQuery sections(int... chosen) {
        ImageQuery changed = new ImageQuery(this);
        changed.sections = Arrays.stream(chosen).boxed().toList();
        return changed;
    }

    /**
     * Takes only images of one class.
     *
     * @param name of the class
     * @return a changed query
     */
    public ImageQuery label(String name) {
        ImageQuery changed = new ImageQuery(this);
        changed.label = name;
        return changed;
    }

    /**
     * Takes only images whose ids begin so.
     *
     * @param idPrefix such as {@code "2024/holidays/"}; default empty, which is all
     * @return a changed query
     */
    public ImageQuery under(String idPrefix) {
        ImageQuery changed = new ImageQuery(this);
        changed.prefix = idPrefix;
        return changed;
    }

    /**
     * Compares with every image, also where the index has a graph.
     *
     * @return a changed query
     */
    public ImageQuery exact() {
        ImageQuery changed = new ImageQuery(this);
        changed.exact = true;
        return changed;
    }

    Optional<FeatureSpace> space() {
        return Optional.ofNullable(space);
    }

    List<float[]> vectors() {
        return vectors;
    }

    List<String> ids() {
        return ids;
    }

    int k() {
        return k;
    }

    List<Integer> sections() {
        return sections;
    }

    Optional<String> label() {
        return Optional.ofNullable(label);
    }

    String prefix() {
        return prefix;
    }

    boolean isExact() {
        return exact;
    }

    boolean isFiltered() {
        return label != null || !prefix.isEmpty();
    }

    boolean admits(String id, String itsLabel) {
        return id.startsWith(prefix) && (label == null || label.equals(itsLabel));
    }
}
