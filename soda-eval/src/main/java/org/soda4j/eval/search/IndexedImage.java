package org.soda4j.eval.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * One image of an index.
 *
 * @param id unique in its index and not empty; of a folder's images the path below the folder, with
 *     {@code /}
 * @param features as many as the index's {@link FeatureSpace} says, all finite; copied
 * @param label the name of its class, empty where it has none
 * @param metadata any further text by key; copied
 */
public record IndexedImage(
        String id, float[] features, String label, Map<String, String> metadata) {

    /** Copies what could change. */
    public IndexedImage {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id: expected some text, found none");
        }
        features = features.clone();
        for (int i = 0; i < features.length; i++) {
            if (!Float.isFinite(features[i])) {
                throw new IllegalArgumentException(
                        "features of %s: expected finite numbers, found %s at %d"
                                .formatted(id, features[i], i));
            }
        }
        Objects.requireNonNull(label, "label");
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * An image without label and metadata.
     *
     * @param id as above
     * @param features as above
     */
    public IndexedImage(String id, float[] features) {
        this(id, features, "", Map.of());
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d features, label %s, %s",
                id,
                features.length,
                label.isEmpty() ? "none" : label,
                metadata);
    }
}
