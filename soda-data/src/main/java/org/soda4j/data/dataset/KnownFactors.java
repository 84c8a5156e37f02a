package org.soda4j.data.dataset;

import java.util.List;

/**
 * What an {@link ImageDataset} also says where it is known what its images were made of: a level of
 * each factor for every image. For measuring disentanglement.
 */
public interface KnownFactors {

    /**
     * Returns the names of the factors.
     *
     * @return in the order of {@link #factors}
     */
    List<String> factorNames();

    /**
     * Returns how many levels each factor has.
     *
     * @return a number for each of {@link #factorNames()}, at least 1; a copy
     */
    int[] factorSizes();

    /**
     * Returns the factors of an image.
     *
     * @param index 0 .. size - 1
     * @return a level for each of {@link #factorNames()}, from 0 to {@link #factorSizes()} - 1; a
     *     copy
     * @throws IndexOutOfBoundsException if the index is outside the data set
     */
    int[] factors(int index);

    /**
     * Returns whether a factor's levels stand in an order, such as those of a size; the others are
     * categories, such as shapes, or go round in a circle, such as hues.
     *
     * @param factor an index into {@link #factorNames()}
     * @return true if neighbouring levels are alike and the first and the last are not
     * @throws IndexOutOfBoundsException if there is no such factor
     */
    boolean isOrdered(int factor);
}
