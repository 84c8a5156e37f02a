package org.soda4j.data.dataset;

import java.util.List;
import java.util.Set;

/**
 * The factors of a data set that has an image for every combination of levels, the last factor
 * running fastest.
 *
 * @param names of the factors
 * @param sizes levels of each
 * @param ordered the indices of those whose levels stand in an order
 */
record FactorSpace(List<String> names, int[] sizes, Set<Integer> ordered) {

    /** How many combinations there are. */
    int combinations() {
        int product = 1;
        for (int size : sizes) {
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    /** The levels of the combination of an index. */
    int[] levels(int index) {
        int[] levels = new int[sizes.length];
        int rest = index;
        for (int f = sizes.length - 1; f >= 0; f--) {
            levels[f] = rest % sizes[f];
            rest /= sizes[f];
        }
        return levels;
    }
}
