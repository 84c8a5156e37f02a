package org.soda4j.data.scene;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.soda4j.data.pair.EpochOrder;
import org.soda4j.training.BatchLoader;
import org.soda4j.training.TrainingData;

/** Makes batches of {@link SceneViews} on the calling thread: their images are held in memory. */
final class SceneLoader implements BatchLoader {

    private final SceneViews data;
    private final TrainingData.Request request;
    private final EpochOrder order;

    SceneLoader(SceneViews data, TrainingData.Request request) {
        this.data = data;
        this.request = request;
        int size = Math.toIntExact(data.size());
        order =
                new EpochOrder(
                        size,
                        request.batchSize(),
                        request.rank(),
                        request.ranks(),
                        request.dropLast());
    }

    @Override
    public int steps() {
        return order.steps();
    }

    @Override
    public Iterator<Batch> epoch(int epoch, int fromStep, NDManager manager) {
        order.requireStart(epoch, fromStep);
        int[] permutation = request.shuffle() ? order.permutation(request.seed(), epoch) : null;
        return new Iterator<>() {

            private int step = fromStep;

            @Override
            public boolean hasNext() {
                return step < order.steps();
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("epoch %d is at its end".formatted(epoch));
                }
                return batch(epoch, step++, permutation, manager);
            }
        };
    }

    private Batch batch(int epoch, int step, int[] permutation, NDManager manager) {
        int size = order.batchSize(step);
        SceneViews.Space space = data.space(size);
        List<Integer> indices = new ArrayList<>();
        for (int place = 0; place < size; place++) {
            int index = order.index(permutation, step, place);
            indices.add(index);
            data.fill(request.seed(), epoch, index, space, place);
        }
        NDManager scope = manager.newSubManager();
        return new Batch(
                scope,
                space.toArrays(scope),
                space.toLabels(scope),
                size,
                Batchifier.STACK,
                Batchifier.STACK,
                step + 1L,
                order.steps(),
                indices);
    }

    /** Does nothing: there are no threads. */
    @Override
    public void close() {}
}
