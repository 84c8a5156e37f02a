package org.soda4j.eval.quality;

import java.util.Locale;

/**
 * How alike images drawn without any latent and real ones are, as sets.
 *
 * @param images how many of each
 * @param distribution real images against drawn ones
 */
public record SamplingQuality(int images, DistributionQuality distribution) {

    /**
     * The figures for a terminal.
     *
     * @return lines of at most 80 characters, each ending with a line feed
     */
    public String table() {
        return String.format(
                Locale.ROOT, "%d images without a latent:\n%s", images, distribution.table(images));
    }
}
