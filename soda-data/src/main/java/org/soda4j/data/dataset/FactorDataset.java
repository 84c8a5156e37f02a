package org.soda4j.data.dataset;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** A data set of files whose images have known factors, held in memory. */
abstract class FactorDataset extends InMemoryDataset implements KnownFactors {

    private final FactorSpace space;
    private final int[][] factors;

    /**
     * @param factors levels of each image that was collected, in order
     * @param classNames of the factor that is the label
     */
    FactorDataset(
            BaseBuilder<?> builder,
            RecordCollector collected,
            FactorSpace space,
            int[][] factors,
            List<String> classNames) {
        super(builder, collected, classNames);
        this.space = space;
        this.factors = factors;
    }

    /** Names for the levels of a factor that has no words for them: {@code shape 0} and so on. */
    static List<String> levelNames(String factor, int levels) {
        return IntStream.range(0, levels).mapToObj(i -> factor + " " + i).toList();
    }

    @Override
    public List<String> factorNames() {
        return space.names();
    }

    @Override
    public int[] factorSizes() {
        return space.sizes().clone();
    }

    @Override
    public int[] factors(int index) {
        return factors[index].clone();
    }

    @Override
    public boolean isOrdered(int factor) {
        return space.ordered().contains(Objects.checkIndex(factor, space.sizes().length));
    }

    @Override
    public String id(int index) {
        String source = source(index);
        return source.substring(source.lastIndexOf(' ') + 1);
    }
}
