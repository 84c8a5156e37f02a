package org.soda4j.engine;

/** Refuses numbers of a configuration that are out of range; names field, limit and value. */
@Internal
public final class Bounds {

    private static final int MOST_LATENT = 65_536;

    private Bounds() {}

    /**
     * Refuses a whole number out of range.
     *
     * @param field its name
     * @param least the smallest that is allowed
     * @param most the largest that is allowed
     * @param found the number
     * @throws IllegalArgumentException if it is below {@code least} or above {@code most}
     */
    public static void require(String field, long least, long most, long found) {
        if (found < least) {
            throw new IllegalArgumentException(
                    "%s: expected at least %d, found %d".formatted(field, least, found));
        }
        if (found > most) {
            throw new IllegalArgumentException(
                    "%s: expected at most %d, found %d".formatted(field, most, found));
        }
    }

    /**
     * Refuses a size that no latent has.
     *
     * @param field its name
     * @param least 0 where the size may be left open, else 1
     * @param found dimensions of z
     * @throws IllegalArgumentException if it is below {@code least} or above 65,536, the most that
     *     a latent layout takes
     */
    public static void requireLatentSize(String field, int least, int found) {
        require(field, least, MOST_LATENT, found);
    }

    /**
     * Refuses a list of whole numbers of which one is out of range.
     *
     * @param field the list's name
     * @param least the smallest that is allowed
     * @param most the largest that is allowed
     * @param found the numbers
     * @throws IllegalArgumentException if one is below {@code least} or above {@code most}
     */
    public static void requireAll(String field, long least, long most, Iterable<Integer> found) {
        for (int value : found) {
            if (value < least) {
                throw new IllegalArgumentException(
                        "%s: expected values of at least %d, found %s"
                                .formatted(field, least, found));
            }
            if (value > most) {
                throw new IllegalArgumentException(
                        "%s: expected values of at most %d, found %s"
                                .formatted(field, most, found));
            }
        }
    }
}
