package org.soda4j.eval.feature;

import java.util.List;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.engine.Internal;

/** Images that are encoded once and are no data set that anybody asks for: no labels, no hash. */
@Internal
public abstract class UnlabelledImages extends ImageDataset {

    private final int count;

    /**
     * Says how many.
     *
     * @param count at least 1
     */
    protected UnlabelledImages(int count) {
        super(new Sampling().setSampling(1, false));
        this.count = count;
    }

    private static final class Sampling extends BaseBuilder<Sampling> {
        @Override
        protected Sampling self() {
            return this;
        }
    }

    @Override
    public final int label(int index) {
        return -1;
    }

    @Override
    public final List<String> classNames() {
        return List.of();
    }

    /** Nothing: it would read every image once more. */
    @Override
    public final String contentHash() {
        return "";
    }

    @Override
    protected final long availableSize() {
        return count;
    }
}
