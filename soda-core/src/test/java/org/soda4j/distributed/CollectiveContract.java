package org.soda4j.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;

/**
 * What every {@link Collective} does, as checks that all ranks run together: in one process, on
 * threads, or in processes of their own. A check that fails on one rank only would leave the others
 * waiting, so each first communicates and then looks.
 */
final class CollectiveContract {

    private CollectiveContract() {}

    /** Name to check, in the order in which all ranks run them. */
    static Map<String, BiConsumer<Collective, NDManager>> checks() {
        Map<String, BiConsumer<Collective, NDManager>> checks = new LinkedHashMap<>();
        checks.put("ranks are numbered", CollectiveContract::ranksAreNumbered);
        checks.put("sums of every data type are exact", CollectiveContract::sumsAreExact);
        checks.put("sums of real numbers", CollectiveContract::sumsOfRealNumbers);
        checks.put("sums have the same bits everywhere", CollectiveContract::sameBits);
        checks.put("what is not finite stays so", CollectiveContract::notFinite);
        checks.put("sums under way at once", CollectiveContract::sumsUnderWay);
        checks.put("transposed arrays and parts of arrays", CollectiveContract::viewsOfArrays);
        checks.put("empty arrays and scalars", CollectiveContract::emptyAndScalar);
        checks.put("broadcasts from every rank", CollectiveContract::broadcasts);
        checks.put("a barrier waits for all", CollectiveContract::barrierWaits);
        checks.put("what is refused", CollectiveContract::refusals);
        return checks;
    }

    private static void ranksAreNumbered(Collective ranks, NDManager manager) {
        float[] own = new float[ranks.size()];
        own[ranks.rank()] = 1;
        NDArray seen = array(manager, own);
        ranks.sum(seen);
        float[] ones = new float[ranks.size()];
        Arrays.fill(ones, 1);
        assertThat(seen.toFloatArray()).isEqualTo(ones);
    }

    private static void sumsAreExact(Collective ranks, NDManager manager) {
        double factor = ranks.size() * (ranks.size() + 1) / 2.0;
        for (DataType type :
                List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.INT64)) {
            for (int length : new int[] {1, 7, 100_003}) {
                NDArray values = manager.arange(length).toType(type, true);
                NDArray sum = values.mul(ranks.rank() + 1).toType(type, true);
                ranks.sum(sum);
                assertThat(sum.getDataType()).isEqualTo(type);
                assertThat(sum.toType(DataType.FLOAT64, true))
                        .as("%s x %d", type, length)
                        .isEqualTo(values.toType(DataType.FLOAT64, true).mul(factor));
            }
        }
    }

    private static void sumsOfRealNumbers(Collective ranks, NDManager manager) {
        int length = 10_001;
        double[] expected = new double[length];
        double[] sizes = new double[length];
        for (int rank = 0; rank < ranks.size(); rank++) {
            float[] values = randoms(length, rank);
            for (int i = 0; i < length; i++) {
                expected[i] += values[i];
                sizes[i] += Math.abs(values[i]);
            }
        }
        NDArray sum = array(manager, randoms(length, ranks.rank()));
        ranks.sum(sum);
        float[] found = sum.toFloatArray();
        for (int i = 0; i < length; i++) {
            // Rounding of at most size - 1 additions in float32, in any order.
            double tolerance = Math.ulp(1f) * ranks.size() * sizes[i];
            assertThat(Math.abs(found[i] - expected[i])).isLessThanOrEqualTo(tolerance);
        }
    }

    private static void sameBits(Collective ranks, NDManager manager) {
        NDArray sum = array(manager, randoms(50_000, 100L + ranks.rank()));
        ranks.sum(sum);
        NDArray first = sum.duplicate();
        ranks.broadcast(first, 0);
        assertThat(first.toByteArray()).isEqualTo(sum.toByteArray());
    }

    private static void notFinite(Collective ranks, NDManager manager) {
        boolean last = ranks.rank() == ranks.size() - 1;
        NDArray sum = array(manager, 1, last ? Float.NaN : 1, last ? Float.POSITIVE_INFINITY : 1);
        ranks.sum(sum);
        assertThat(sum.toFloatArray())
                .containsExactly(ranks.size(), Float.NaN, Float.POSITIVE_INFINITY);
    }

    private static void sumsUnderWay(Collective ranks, NDManager manager) {
        List<NDArray> arrays = new ArrayList<>();
        List<Collective.Pending> pending = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            NDArray array = manager.full(new Shape(1 + 1000 * i), i + ranks.rank());
            arrays.add(array);
            pending.add(ranks.startSum(array));
        }
        pending.forEach(Collective.Pending::await);
        int n = ranks.size();
        for (int i = 0; i < 20; i++) {
            float expected = n * i + n * (n - 1) / 2f;
            assertThat(arrays.get(i).eq(expected).all().getBoolean()).as("sum %d", i).isTrue();
        }
    }

    private static void viewsOfArrays(Collective ranks, NDManager manager) {
        NDArray whole = manager.ones(new Shape(6, 5));
        NDArray rows = whole.get("2:4");
        ranks.sum(rows);
        float n = ranks.size();
        assertThat(whole.sum().getFloat()).as("rows").isEqualTo(20 + 10 * n);
        assertThat(whole.get("2:4").eq(n).all().getBoolean()).isTrue();

        NDArray values = manager.arange(12f).reshape(3, 4);
        NDArray transposed = values.transpose();
        ranks.sum(transposed);
        assertThat(values).as("transposed").isEqualTo(manager.arange(12f).reshape(3, 4).mul(n));
        NDArray columns = values.get(":, 1:3");
        ranks.broadcast(columns, n > 1 ? 1 : 0);
        assertThat(values).isEqualTo(manager.arange(12f).reshape(3, 4).mul(n));
    }

    private static void emptyAndScalar(Collective ranks, NDManager manager) {
        NDArray empty = manager.zeros(new Shape(0, 3));
        ranks.sum(empty);
        ranks.broadcast(empty, 0);
        NDArray scalar = array(manager, 2).reshape(new Shape());
        ranks.sum(scalar);
        assertThat(scalar.getFloat()).isEqualTo(2f * ranks.size());
    }

    private static void broadcasts(Collective ranks, NDManager manager) {
        for (int root = 0; root < ranks.size(); root++) {
            for (DataType type :
                    List.of(
                            DataType.FLOAT32,
                            DataType.FLOAT16,
                            DataType.FLOAT64,
                            DataType.INT64,
                            DataType.UINT8,
                            DataType.BOOLEAN)) {
                NDArray values = manager.full(new Shape(1003), ranks.rank() + 1).toType(type, true);
                ranks.broadcast(values, root);
                NDArray expected = manager.full(new Shape(1003), root + 1).toType(type, true);
                assertThat(values.toByteArray()).as("%s", type).isEqualTo(expected.toByteArray());
            }
        }
    }

    /** Each rank leaves a file before the barrier, the later ones late. */
    private static void barrierWaits(Collective ranks, NDManager manager) {
        try {
            Path folder = Path.of(sharedText(ranks, manager, Files.createTempDirectory("ranks")));
            Thread.sleep(150L * ranks.rank());
            Files.createFile(folder.resolve("rank-" + ranks.rank()));
            ranks.barrier();
            try (var files = Files.list(folder)) {
                assertThat(files.count()).isEqualTo(ranks.size());
            }
            ranks.barrier();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sharedText(Collective ranks, NDManager manager, Path own) {
        byte[] text = Arrays.copyOf(own.toString().getBytes(StandardCharsets.UTF_8), 500);
        NDArray array = manager.create(text, new Shape(text.length)).duplicate();
        ranks.broadcast(array, 0);
        return new String(array.toByteArray(), StandardCharsets.UTF_8).trim();
    }

    private static void refusals(Collective ranks, NDManager manager) {
        NDArray half = manager.ones(new Shape(3), DataType.FLOAT16);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ranks.sum(half))
                .withMessageContaining("found float16");
        NDArray fine = manager.ones(new Shape(3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ranks.broadcast(fine, ranks.size()))
                .withMessageContaining("found " + ranks.size());
        assertThatIllegalArgumentException().isThrownBy(() -> ranks.broadcast(fine, -1));
        ranks.sum(fine); // A refusal has sent nothing that would be taken for this.
        assertThat(fine.toFloatArray()).containsOnly(ranks.size());
    }

    private static float[] randoms(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** In the engine's own memory. */
    private static NDArray array(NDManager manager, float... values) {
        return manager.create(values).duplicate();
    }

    static NDManager newManager() {
        return NDManager.newBaseManager(Device.cpu(), "PyTorch");
    }
}
