package org.soda4j.image;

import java.util.Locale;

/**
 * What the structure of an image file may hold besides its pixels, whose number {@link
 * ImageDecoder.Builder#maxPixels} bounds. A file beyond a limit is refused before it is decoded.
 *
 * <p>With the defaults, and 3 bytes of result and what the file stores for each pixel set aside
 * (libjpeg keeps 6 bytes more a pixel of a progressive JPEG), decoding any file of 10 MB takes less
 * than 64 MB and 5 seconds of a core; a lossy WebP of 11 MB with all the pixels allowed took 6 in a
 * JVM that had just started.
 *
 * <pre>{@code
 * ImageDecoder decoder = ImageDecoder.builder()
 *         .limits(DecodingLimits.DEFAULTS.withMaxScans(20)).build();
 * }</pre>
 *
 * @param maxScans scans of a JPEG, at least 1; encoders write 1 to about 20. Default: 100
 * @param maxScannedPixels scans times pixels of a JPEG, at least 1: each scan goes through all
 *     pixels, however few bytes it has. Default: 1,000,000,000
 * @param maxChunks chunks of a PNG or WebP, segments of a JPEG, blocks of a GIF, at least 1.
 *     Default: 100,000
 * @param maxFrames frames of an animation, at least 1, although only the first is decoded. Default:
 *     10,000
 * @param maxInflatedBytes what a compressed text of a PNG may inflate to, at least 1; only one with
 *     an EXIF profile is inflated at all. Default: 1,048,576, as in PIL
 */
public record DecodingLimits(
        int maxScans, long maxScannedPixels, int maxChunks, int maxFrames, int maxInflatedBytes) {

    /** The defaults. */
    public static final DecodingLimits DEFAULTS =
            new DecodingLimits(100, 1_000_000_000, 100_000, 10_000, 1 << 20);

    /** Checks the ranges. */
    public DecodingLimits {
        requirePositive("maxScans", maxScans);
        requirePositive("maxScannedPixels", maxScannedPixels);
        requirePositive("maxChunks", maxChunks);
        requirePositive("maxFrames", maxFrames);
        requirePositive("maxInflatedBytes", maxInflatedBytes);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": expected at least 1, found " + value);
        }
    }

    /**
     * Sets the limit on scans.
     *
     * @param scans at least 1
     * @return these limits with that one
     * @throws IllegalArgumentException if it is below 1
     */
    public DecodingLimits withMaxScans(int scans) {
        return new DecodingLimits(scans, maxScannedPixels, maxChunks, maxFrames, maxInflatedBytes);
    }

    /**
     * Sets the limit on scans times pixels.
     *
     * @param pixels at least 1
     * @return these limits with that one
     * @throws IllegalArgumentException if it is below 1
     */
    public DecodingLimits withMaxScannedPixels(long pixels) {
        return new DecodingLimits(maxScans, pixels, maxChunks, maxFrames, maxInflatedBytes);
    }

    /**
     * Sets the limit on chunks, segments and blocks.
     *
     * @param chunks at least 1
     * @return these limits with that one
     * @throws IllegalArgumentException if it is below 1
     */
    public DecodingLimits withMaxChunks(int chunks) {
        return new DecodingLimits(maxScans, maxScannedPixels, chunks, maxFrames, maxInflatedBytes);
    }

    /**
     * Sets the limit on frames.
     *
     * @param frames at least 1
     * @return these limits with that one
     * @throws IllegalArgumentException if it is below 1
     */
    public DecodingLimits withMaxFrames(int frames) {
        return new DecodingLimits(maxScans, maxScannedPixels, maxChunks, frames, maxInflatedBytes);
    }

    /**
     * Sets the limit on the text that is inflated.
     *
     * @param bytes at least 1
     * @return these limits with that one
     * @throws IllegalArgumentException if it is below 1
     */
    public DecodingLimits withMaxInflatedBytes(int bytes) {
        return new DecodingLimits(maxScans, maxScannedPixels, maxChunks, maxFrames, bytes);
    }

    /** Refuses one more chunk than may be. */
    void requireChunk(int chunks) throws RefusedImageException {
        requireAtMost("chunks", chunks, maxChunks, "maxChunks");
    }

    /** Refuses one more frame than may be. */
    void requireFrame(int frames) throws RefusedImageException {
        requireAtMost("frames", frames, maxFrames, "maxFrames");
    }

    /** Refuses one more scan than may be. */
    void requireScan(int scans, long pixels) throws RefusedImageException {
        requireAtMost("scans", scans, maxScans, "maxScans");
        requireAtMost("pixels in all scans", scans * pixels, maxScannedPixels, "maxScannedPixels");
    }

    static void requireAtMost(String what, long found, long limit, String option)
            throws RefusedImageException {
        if (found > limit) {
            throw new RefusedImageException(
                    String.format(
                            Locale.ROOT,
                            "expected at most %,d %s, found %,d or more; raise %s of DecodingLimits if this is meant",
                            limit,
                            what,
                            found,
                            option));
        }
    }
}
