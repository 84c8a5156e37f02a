package org.soda4j.eval.search;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Which features can be compared with each other: those of one encoder, prepared in one way. An
 * index keeps it and refuses queries of another.
 *
 * @param encoder what made the features: the model's fingerprint, 64 hexadecimal digits, or for
 *     features from elsewhere any name
 * @param preparation how images became features, such as {@code "JOINED standardized, 32 x 32 x 3"}
 * @param width the number of features of an image, at least 1
 * @param sections the sizes of the latent's sections, which are the first features; empty where
 *     there are none
 */
public record FeatureSpace(
        @JsonProperty(required = true) String encoder,
        @JsonProperty(required = true) String preparation,
        @JsonProperty(required = true) int width,
        @JsonProperty(required = true) List<Integer> sections) {

    /** Checks that the sections fit. */
    public FeatureSpace {
        Objects.requireNonNull(encoder, "encoder");
        Objects.requireNonNull(preparation, "preparation");
        sections = List.copyOf(sections);
        if (width < 1) {
            throw new IllegalArgumentException("width: expected at least 1, found " + width);
        }
        int columns = 0;
        for (int size : sections) {
            if (size < 1) {
                throw new IllegalArgumentException(
                        "sections: expected sizes of at least 1, found " + sections);
            }
            columns = Math.addExact(columns, size);
        }
        if (columns > width) {
            throw new IllegalArgumentException(
                    "sections: expected at most %d features in all, found %s"
                            .formatted(width, sections));
        }
    }

    /**
     * Describes features from anywhere.
     *
     * @param encoder a name for what made them
     * @param width the number of features of an image, at least 1
     * @return a space without sections
     */
    public static FeatureSpace of(String encoder, int width) {
        return new FeatureSpace(encoder, "", width, List.of());
    }

    /**
     * Refuses features of another space.
     *
     * @param what how the message names them
     * @param other their space
     * @throws IllegalArgumentException if encoder, preparation or width differ; says which
     */
    public void requireSame(String what, FeatureSpace other) {
        if (!encoder.equals(other.encoder)) {
            throw new IllegalArgumentException(
                    "%s: expected features of the encoder that the index was built with (%s), found those of another (%s); use that model, or build the index anew"
                            .formatted(what, shortened(encoder), shortened(other.encoder)));
        }
        if (!preparation.equals(other.preparation)) {
            throw new IllegalArgumentException(
                    "%s: expected features prepared as the index was built (%s), found %s"
                            .formatted(what, preparation, other.preparation));
        }
        requireWidth(what, other.width);
    }

    void requireWidth(String what, int found) {
        if (found != width) {
            throw new IllegalArgumentException(
                    "%s: expected %d features, found %d".formatted(what, width, found));
        }
    }

    /** The columns of some sections, ascending; null stands for all columns. */
    int[] columns(List<Integer> chosen) {
        if (chosen.isEmpty()) {
            return null;
        }
        if (sections.isEmpty()) {
            throw new IllegalArgumentException(
                    "sections: expected none, since the features of this index (%s) have none, found %s"
                            .formatted(preparation, chosen));
        }
        for (int section : chosen) {
            if (section < 0 || section >= sections.size()) {
                throw new IllegalArgumentException(
                        "sections: expected 0 to %d, found %d"
                                .formatted(sections.size() - 1, section));
            }
        }
        return IntStream.range(0, sections.size())
                .filter(chosen::contains)
                .flatMap(
                        section -> {
                            int from =
                                    sections.subList(0, section).stream()
                                            .mapToInt(Integer::intValue)
                                            .sum();
                            return IntStream.range(from, from + sections.get(section));
                        })
                .toArray();
    }

    private static String shortened(String fingerprint) {
        return fingerprint.length() == 64 ? fingerprint.substring(0, 12) + "..." : fingerprint;
    }
}
