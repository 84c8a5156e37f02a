package org.soda4j.eval.novelview;

/**
 * How alike two images are.
 *
 * @param psnr decibel, at most 60: images that are equal count as that
 * @param ssim -1 .. 1
 * @param lpips a distance; NaN where no weights were given
 */
public record ImageScores(double psnr, double ssim, double lpips) {

    /** Equal images would make every mean infinite. */
    static final double MOST_PSNR = 60;
}
