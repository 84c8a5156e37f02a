package org.soda4j.data.pair;

import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.PixelBuffer;

/**
 * One pair of augmented views and the working memory to make it; one for each thread, used again.
 */
final class ViewWorkspace {

    final float[] source;
    final float[] target;
    final float[] sourcePose;
    final float[] targetPose;
    long label;

    final PixelBuffer buffer = new PixelBuffer();
    final ViewRandom random = new ViewRandom(0, 0, 0, 0);

    ViewWorkspace(int sourceLength, int targetLength, int poseSize) {
        source = new float[sourceLength];
        target = new float[targetLength];
        sourcePose = new float[poseSize];
        targetPose = new float[poseSize];
    }
}
