/** Image quality: per pair of images, and between sets of images through their features. */
package org.soda4j.eval.image;
