package org.soda4j.latent;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.random.RandomGenerator;

/**
 * What of the latent is hidden from the denoiser in training, each example on its own (paper
 * section 3.2, layer masking; the whole latent is what classifier-free guidance needs).
 *
 * @param latent probability that all of z is zeroed, 0 .. 1; published: 0.1
 * @param section probability that a section is zeroed, each on its own, 0 .. 1; 0 turns layer
 *     masking off
 */
public record LatentMasking(double latent, double section) {

    /** Checks the probabilities. */
    @JsonCreator
    public LatentMasking(
            @JsonProperty(value = "latent", required = true) double latent,
            @JsonProperty(value = "section", required = true) double section) {
        requireProbability("latent", latent);
        requireProbability("section", section);
        this.latent = latent;
        this.section = section;
    }

    /**
     * No masking: the latent is always whole.
     *
     * @return the masking
     */
    public static LatentMasking none() {
        return new LatentMasking(0, 0);
    }

    /**
     * Draws the masks of a batch.
     *
     * @param examples the number of examples
     * @param sections the sections of the latent
     * @param random the source of randomness
     * @return {@code [examples][sections]}, true where a section is kept
     */
    public boolean[][] draw(int examples, int sections, RandomGenerator random) {
        boolean[][] keep = new boolean[examples][sections];
        for (boolean[] example : keep) {
            boolean whole = random.nextDouble() >= latent;
            for (int s = 0; s < sections; s++) {
                example[s] = random.nextDouble() >= section && whole;
            }
        }
        return keep;
    }

    private static void requireProbability(String field, double found) {
        if (!(found >= 0 && found <= 1)) {
            throw new IllegalArgumentException(
                    "masking %s: expected a probability 0 .. 1, found %s".formatted(field, found));
        }
    }
}
