/**
 * Novel views: cameras, the ray behind each pixel, and how a model is conditioned on them.
 *
 * <p>The one convention of this library is OpenCV's: right-handed; in the camera's own axes x goes
 * right, y down and z forward, the way it looks; a pose maps points of the camera's axes to the
 * world's; pixel (column, row) covers {@code [column, column + 1) x [row, row + 1)}, so its centre
 * is at +0.5. Other conventions are converted where they are read, by {@link
 * org.soda4j.novelview.Pose#ofOpenGl}.
 */
package org.soda4j.novelview;
