package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.soda4j.distributed.Collective;
import org.soda4j.distributed.CollectiveException;
import org.soda4j.engine.ParameterOperators;

/**
 * Data-parallel training: every rank has the whole model and its own part of each batch, and what
 * they learn from it is averaged. With one rank everything here does nothing.
 *
 * <p>The engine gives no notice of single gradients, so averaging begins when backward has ended.
 * It goes through two flat buckets in turn: while one is summed, the next is filled and the one
 * before is written back.
 */
final class DataParallel implements AutoCloseable {

    /** Large enough that latency does not matter, small enough to overlap. */
    private static final long BUCKET_ELEMENTS = 4L << 20;

    private static final int BUFFERS = 2;

    private final Collective ranks;
    private final NDManager manager;
    private final NDList parameters;
    private final List<Bucket> buckets = new ArrayList<>();

    /** Arrays that are summed at once, and the part of a buffer that they are gathered in. */
    private record Bucket(NDList values, boolean gradients, NDArray flat) {

        void gather() {
            if (gradients) {
                ParameterOperators.gatherGradients(values, flat);
            } else {
                ParameterOperators.gather(values, flat);
            }
        }

        void scatter(double scale) {
            if (gradients) {
                ParameterOperators.scatterGradients(values, flat, scale);
            } else {
                ParameterOperators.scatter(values, flat, scale);
            }
        }
    }

    /**
     * @param ranks stay open
     * @param parameters parameters and batch-norm statistics of the model, by name
     * @param trainable the names of those that have gradients
     */
    DataParallel(Collective ranks, Map<String, NDArray> parameters, Set<String> trainable) {
        this.ranks = ranks;
        this.parameters = new NDList(parameters.values());
        manager = this.parameters.get(0).getManager().newSubManager();
        if (ranks.size() > 1) {
            List<NDList> gradients = new ArrayList<>();
            List<NDList> statistics = new ArrayList<>();
            parameters.forEach(
                    (name, array) -> add(trainable.contains(name) ? gradients : statistics, array));
            makeBuckets(gradients, statistics);
        }
    }

    private static void add(List<NDList> lists, NDArray array) {
        if (lists.isEmpty()
                || elements(lists.get(lists.size() - 1)) + array.size() > BUCKET_ELEMENTS) {
            lists.add(new NDList());
        }
        lists.get(lists.size() - 1).add(array);
    }

    private static long elements(NDList list) {
        return list.stream().mapToLong(NDArray::size).sum();
    }

    private void makeBuckets(List<NDList> gradients, List<NDList> statistics) {
        List<NDList> all = new ArrayList<>(gradients);
        all.addAll(statistics);
        long largest = all.stream().mapToLong(DataParallel::elements).max().orElseThrow();
        NDArray[] buffers = new NDArray[BUFFERS];
        for (int i = 0; i < BUFFERS; i++) {
            buffers[i] = manager.zeros(new Shape(largest));
        }
        for (NDList list : all) {
            NDArray buffer = buffers[buckets.size() % BUFFERS];
            NDArray flat = buffer.get("0:" + elements(list));
            buckets.add(new Bucket(list, buckets.size() < gradients.size(), flat));
        }
    }

    /** Gives all ranks the model of rank 0. */
    void broadcastModel() {
        parameters.forEach(array -> ranks.broadcast(array, 0));
    }

    /**
     * Averages gradients, and the running statistics of batch norm: each rank has moved them by its
     * own part of the batch, and their mean is what the whole batch's mean moves them to.
     */
    void averageGradients() {
        List<Collective.Pending> pending = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            if (i >= BUFFERS) {
                finish(i - BUFFERS, pending);
            }
            buckets.get(i).gather();
            pending.add(ranks.startSum(buckets.get(i).flat()));
        }
        for (int i = Math.max(0, buckets.size() - BUFFERS); i < buckets.size(); i++) {
            finish(i, pending);
        }
    }

    private void finish(int bucket, List<Collective.Pending> pending) {
        pending.get(bucket).await();
        buckets.get(bucket).scatter(1.0 / ranks.size());
    }

    /** The mean of each number over the ranks, the same on all. */
    double[] average(double... values) {
        double[] sums = sum(values);
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= ranks.size();
        }
        return sums;
    }

    /** The mean of each figure over the ranks, all of which must have figures of the same names. */
    Map<String, Double> average(Map<String, Double> figures) {
        requireSame(
                "the names of an evaluation's figures",
                String.join(" ", figures.keySet()).hashCode(),
                "an evaluation must give the same ones everywhere");
        double[] means =
                average(figures.values().stream().mapToDouble(Double::doubleValue).toArray());
        Map<String, Double> averaged = new LinkedHashMap<>();
        for (String name : figures.keySet()) {
            averaged.put(name, means[averaged.size()]);
        }
        return averaged;
    }

    /** Whether any rank says so. */
    boolean any(boolean here) {
        return sum(here ? 1 : 0)[0] > 0;
    }

    private double[] sum(double... values) {
        if (ranks.size() == 1) {
            return values;
        }
        try (NDManager scope = manager.newSubManager();
                NDArray array = scope.create(values).duplicate()) {
            ranks.sum(array);
            return array.toDoubleArray();
        }
    }

    /** The number that rank 0 has. */
    long ofFirst(long value) {
        if (ranks.size() == 1) {
            return value;
        }
        try (NDManager scope = manager.newSubManager();
                NDArray array = scope.create(new long[] {value}).duplicate()) {
            ranks.broadcast(array, 0);
            return array.getLong(0);
        }
    }

    /**
     * Compares the bits of all parameters and statistics with those of rank 0.
     *
     * @throws CollectiveException on every rank, if one differs
     */
    void requireSameModel(long step) {
        if (ranks.size() > 1) { // Reading all parameters takes a while.
            requireSame(
                    "after step " + step + ": parameters with the same bits",
                    ParameterOperators.checksum(parameters),
                    "memory or a library is at fault, or the ranks were given different data"
                            + " types or versions; the last checkpoint is from before");
        }
    }

    /**
     * Compares something with what rank 0 has.
     *
     * @param what for the message
     * @param checksum of it
     * @param advice for the message
     * @throws CollectiveException on every rank, if one differs
     */
    void requireSame(String what, long checksum, String advice) {
        if (ranks.size() == 1) {
            return;
        }
        double[] differs = new double[ranks.size()];
        differs[ranks.rank()] = ofFirst(checksum) == checksum ? 0 : 1;
        double[] all = sum(differs);
        List<Integer> others =
                IntStream.range(0, all.length).filter(i -> all[i] != 0).boxed().toList();
        if (!others.isEmpty()) {
            throw new CollectiveException(
                    "%s: expected the same on all %d ranks, found rank 0 and ranks %s to differ; %s"
                            .formatted(what, ranks.size(), others, advice));
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
