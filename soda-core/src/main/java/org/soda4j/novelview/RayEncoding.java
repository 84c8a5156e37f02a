package org.soda4j.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.soda4j.engine.Bounds;
import org.soda4j.engine.Internal;
import org.soda4j.engine.NamedBlock;

/**
 * How the rays of a camera become channels of an image (Mildenhall et al. 2020, section 5.1, with
 * the frequencies of its code: without pi). Each of the three numbers p of the origin, and of the
 * direction, is followed by sin(2^k p) and cos(2^k p) for k = 0 .. bands - 1.
 *
 * <p>Channels: origin x, y, z; then for each band sine x, y, z and cosine x, y, z; then the same of
 * the direction.
 *
 * @param originBands bands of the origin, 0 .. 16; default 4, few enough that cameras that training
 *     has not seen lie between those that it has
 * @param directionBands bands of the direction, 0 .. 16; default 4
 * @param width channels of a learned 1 x 1 projection that follows; 0 (default) for none; the
 *     paper's is 512, the most 8192
 */
public record RayEncoding(int originBands, int directionBands, int width) {

    /** Numbers of a ray: origin and direction. */
    static final int NUMBERS = 6;

    private static final int MOST_BANDS = 16;
    private static final int MOST_WIDTH = 8192;

    /** Checks the numbers. */
    public RayEncoding {
        requireBands("originBands", originBands);
        requireBands("directionBands", directionBands);
        Bounds.require("width", 0, MOST_WIDTH, width);
    }

    /** From JSON; what is left out takes its default. */
    @JsonCreator
    static RayEncoding of(
            @JsonProperty("originBands") Integer originBands,
            @JsonProperty("directionBands") Integer directionBands,
            @JsonProperty("width") Integer width) {
        return new RayEncoding(
                originBands == null ? 4 : originBands,
                directionBands == null ? 4 : directionBands,
                width == null ? 0 : width);
    }

    /**
     * Four bands each, no projection.
     *
     * @return the default
     */
    public static RayEncoding defaults() {
        return of(null, null, null);
    }

    private static void requireBands(String field, int bands) {
        if (bands < 0 || bands > MOST_BANDS) {
            throw new IllegalArgumentException(
                    "%s: expected 0 .. %d, found %d".formatted(field, MOST_BANDS, bands));
        }
    }

    /**
     * Returns the channels before the projection.
     *
     * @return {@code 6 + 6 originBands + 6 directionBands}
     */
    public int sinusoids() {
        return NUMBERS * (1 + originBands + directionBands);
    }

    /**
     * Returns the channels that join an image's.
     *
     * @return the width of the projection, or {@link #sinusoids()} without one
     */
    public int channels() {
        return width == 0 ? sinusoids() : width;
    }

    /**
     * Encodes rays, without the projection.
     *
     * @param rays float32 {@code [N, 6, H, W]}, as {@link Camera#rays(int, int)} gives them
     * @return float32 {@code [N, sinusoids, H, W]} in the manager of {@code rays}
     */
    public NDArray encode(NDArray rays) {
        Shape shape = rays.getShape();
        if (shape.dimension() != 4 || shape.get(1) != NUMBERS) {
            throw new IllegalArgumentException(
                    "rays: expected shape [N, %d, H, W], found %s".formatted(NUMBERS, shape));
        }
        NDManager caller = rays.getManager();
        try (NDManager scope = caller.newSubManager()) {
            NDList parts = new NDList();
            addWaves(parts, rays.get(":, 0:3"), originBands, scope);
            addWaves(parts, rays.get(":, 3:6"), directionBands, scope);
            NDArray channels = NDArrays.concat(parts, 1);
            channels.attach(caller);
            return channels;
        }
    }

    private static void addWaves(NDList parts, NDArray numbers, int bands, NDManager scope) {
        numbers.attach(scope);
        parts.add(numbers);
        for (int k = 0; k < bands; k++) {
            NDArray angles = numbers.mul(1 << k);
            parts.add(angles.sin());
            parts.add(angles.cos());
        }
    }

    /**
     * Makes the encoding as a DJL block: rays {@code [N, 6, H, W]} in, {@code [N, channels, H, W]}
     * out. Its parameters, if there is a projection, are {@code projection.weight} and {@code
     * projection.bias}.
     *
     * @param name from which and the seed initial values are drawn
     * @param seed of the initial values
     * @return a new block, not initialised
     */
    @Internal
    public NamedBlock newBlock(String name, long seed) {
        return new RayBlock(this, name, seed);
    }
}
