package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.soda4j.compute.AdaptiveThreads;

/**
 * Exact Euclidean nearest neighbours by blocked matrix products.
 *
 * <p>The nearest row t of a query q has the largest score q.t - |t|^2/2. Float32 scores of a tile
 * (a block of queries by a block of rows) come from the engine's matrix product; only those that,
 * within the bound of its rounding error, can be among the k best are kept, and those are ranked by
 * the distance in double. So the result does not depend on the order of summation.
 */
final class NeighbourSearch {

    // Tiles of 8 MB: large enough that products run at full speed, and their memory is reused.
    private static final int QUERY_BLOCK = 1024;
    private static final int ROW_BLOCK = 2048;

    /** Rows whose largest score is looked at first: few spans hold one of the nearest. */
    private static final int SPAN = 32;

    /** Half the distance from 1 to the next float32. */
    private static final double UNIT_ROUNDOFF = 0x1p-24;

    private final float[] rows;
    private final float[] queries;
    private final int width;
    private final int k;

    /**
     * Prepares a search.
     *
     * @param rows {@code [n, width]}
     * @param queries {@code [m, width]}
     * @param k at most n
     */
    NeighbourSearch(float[] rows, float[] queries, int width, int k) {
        this.rows = rows;
        this.queries = queries;
        this.width = width;
        this.k = k;
    }

    Neighbours run() {
        return AdaptiveThreads.during(this::search);
    }

    private Neighbours search() {
        int n = rows.length / width;
        int m = queries.length / width;
        double[] centre = new double[width];
        double[] rowNorms = halfSquaredNorms(rows, centre);
        // Unit rows (the usual case) have one norm, which does not change the order.
        boolean equalNorms = max(rowNorms) - min(rowNorms) <= 8 * UNIT_ROUNDOFF * max(rowNorms);
        if (!equalNorms) {
            centre = mean(n);
            rowNorms = halfSquaredNorms(rows, centre);
        }
        double[] queryNorms = halfSquaredNorms(queries, centre);
        double largest = max(rowNorms);
        double spread = equalNorms ? largest - min(rowNorms) : 0;
        int[][] indices = new int[m][];
        double[][] distances = new double[m][];
        Candidates[] candidates = new Candidates[m];
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray left = operand(manager, queries, centre, equalNorms ? null : ones(m));
            NDList right =
                    tiles(operand(manager, rows, centre, equalNorms ? null : negated(rowNorms)));
            for (int from = 0; from < m; from += QUERY_BLOCK) {
                int to = Math.min(m, from + QUERY_BLOCK);
                for (int i = from; i < to; i++) {
                    // |q||t| + |t|^2/2 bounds the sum of absolute products of one score.
                    double products = 2 * Math.sqrt(queryNorms[i] * largest) + largest;
                    double slack = (width + 8) * UNIT_ROUNDOFF * products + spread;
                    candidates[i] = new Candidates(rows, queries, width, i, k, slack);
                }
                AdaptiveThreads.adjust();
                searchBlock(manager, left, right, from, Arrays.copyOfRange(candidates, from, to));
            }
        }
        // Not block by block: the engine's threads keep the cores busy for a while after a product.
        IntStream.range(0, m)
                .parallel()
                .forEach(
                        i -> {
                            candidates[i].finish();
                            indices[i] = candidates[i].indices();
                            distances[i] = candidates[i].distances();
                        });
        return new Neighbours(indices, distances);
    }

    private static void searchBlock(
            NDManager manager, NDArray left, NDList right, int from, Candidates[] candidates) {
        try (NDManager blockScope = manager.newSubManager()) {
            NDArray block = left.get(slice(from, from + candidates.length));
            block.attach(blockScope);
            int start = 0;
            for (NDArray tile : right) {
                try (NDManager scope = blockScope.newSubManager()) {
                    NDArray scores = block.matMul(tile);
                    scores.attach(scope);
                    scan(scores, start, candidates);
                }
                start += ROW_BLOCK;
            }
            Arrays.stream(candidates).forEach(Candidates::trim);
        }
    }

    /**
     * Blocks of rows, {@code [columns, block]} each, copied so that products read along memory. The
     * last row is repeated until it fills a span, which changes no span's largest score. With s
     * spans in a block, row j of span i is column j s + i, for {@link #maxima}.
     */
    private static NDList tiles(NDArray right) {
        NDList tiles = new NDList();
        long n = right.getShape().get(0);
        long columns = right.getShape().get(1);
        long missing = Math.floorMod(-n, SPAN);
        for (long start = 0; start < n; start += ROW_BLOCK) {
            long end = Math.min(n, start + ROW_BLOCK);
            try (NDManager scope = right.getManager().newSubManager()) {
                NDArray block = right.get(slice(start, end));
                block.attach(scope);
                if (end == n && missing > 0) {
                    block = block.concat(block.get(new NDIndex("-1:")).repeat(0, missing));
                }
                NDArray tile =
                        block.reshape(-1, SPAN, columns).transpose(2, 1, 0).reshape(columns, -1);
                tile.attach(right.getManager());
                tiles.add(tile);
            }
        }
        return tiles;
    }

    /**
     * The largest score of each span. By halves, since DJL's maximum along an axis also finds where
     * it is, which takes eight times as long.
     */
    private static NDArray maxima(NDArray scores) {
        NDArray maxima = scores;
        long columns = scores.getShape().get(1);
        for (int rows = SPAN; rows > 1; rows /= 2) {
            columns /= 2;
            maxima =
                    maxima.get(new NDIndex(":, :{}", columns))
                            .maximum(maxima.get(new NDIndex(":, {}:", columns)));
        }
        return maxima;
    }

    private static void scan(NDArray scores, int start, Candidates[] candidates) {
        int tile = Math.toIntExact(scores.getShape().get(1));
        int spans = tile / SPAN;
        float[] largest = maxima(scores).toFloatArray();
        FloatBuffer buffer =
                scores.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (int query = 0; query < candidates.length; query++) {
            Candidates candidate = candidates[query];
            if (start == 0) {
                int first = query * spans;
                candidate.expect(Arrays.copyOfRange(largest, first, first + spans));
            }
            for (int span = 0; span < spans; span++) {
                if (largest[query * spans + span] >= candidate.threshold()) {
                    int first = query * tile + span;
                    for (int row = 0; row < SPAN; row++) {
                        candidate.offer(start + span * SPAN + row, buffer.get(first + row * spans));
                    }
                }
            }
        }
    }

    private static NDIndex slice(long from, long to) {
        return new NDIndex().addSliceDim(from, to);
    }

    /** The features as float32: as they are, or centred and with one more column. */
    private NDArray operand(NDManager manager, float[] values, double[] centre, double[] last) {
        int count = values.length / width;
        if (last == null) {
            return manager.create(values, new Shape(count, width));
        }
        int columns = width + 1;
        float[] operand = new float[Math.multiplyExact(count, columns)];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < width; j++) {
                operand[i * columns + j] = (float) (values[i * width + j] - centre[j]);
            }
            operand[i * columns + width] = (float) last[i];
        }
        return manager.create(operand, new Shape(count, columns));
    }

    /** The mean of the rows: subtracting it leaves distances and removes cancellation. */
    private double[] mean(int n) {
        double[] mean = new double[width];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < width; j++) {
                mean[j] += rows[i * width + j];
            }
        }
        for (int j = 0; j < width; j++) {
            mean[j] /= n;
        }
        return mean;
    }

    private double[] halfSquaredNorms(float[] values, double[] centre) {
        return IntStream.range(0, values.length / width)
                .parallel()
                .mapToDouble(
                        i -> {
                            double sum = 0;
                            for (int j = 0; j < width; j++) {
                                double difference = values[i * width + j] - centre[j];
                                sum += difference * difference;
                            }
                            return sum / 2;
                        })
                .toArray();
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static double[] negated(double[] values) {
        return Arrays.stream(values).map(v -> -v).toArray();
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }

    private static double min(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }
}
