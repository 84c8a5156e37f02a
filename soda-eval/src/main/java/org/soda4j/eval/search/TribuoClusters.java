package org.soda4j.eval.search;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.tribuo.MutableDataset;
import org.tribuo.clustering.ClusterID;
import org.tribuo.clustering.ClusteringFactory;
import org.tribuo.clustering.hdbscan.HdbscanModel;
import org.tribuo.clustering.hdbscan.HdbscanTrainer;
import org.tribuo.clustering.kmeans.KMeansModel;
import org.tribuo.clustering.kmeans.KMeansTrainer;
import org.tribuo.clustering.kmeans.KMeansTrainer.Initialisation;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.distance.DistanceType;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.neighbour.NeighboursQueryFactoryType;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Tribuo's k-means and HDBSCAN on plain arrays. */
final class TribuoClusters {

    private static final int MOST_ITERATIONS = 100;

    /** HDBSCAN compares all pairs; the rest goes to the group it is nearest to. */
    private static final int MOST_EXAMPLES = 5_000;

    private TribuoClusters() {}

    /** The centres of groups, by k-means++ and Lloyd's iteration. */
    static double[][] centres(double[][] rows, int groups, long seed) {
        KMeansTrainer trainer =
                new KMeansTrainer(
                        groups,
                        MOST_ITERATIONS,
                        DistanceType.L2.getDistance(),
                        Initialisation.PLUSPLUS,
                        1,
                        seed);
        KMeansModel model = trainer.train(dataset(Arrays.asList(rows)), Map.of());
        return Arrays.stream(model.getCentroidVectors())
                .map(DenseVector::toArray)
                .toArray(double[][]::new);
    }

    /** The group of each row, from 0; -1 for none. */
    static int[] hdbscan(double[][] rows, int minimumSize, long seed) {
        int[] order = IntStream.range(0, rows.length).toArray();
        Random random = new Random(seed);
        for (int i = order.length - 1; rows.length > MOST_EXAMPLES && i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        int seen = Math.min(rows.length, MOST_EXAMPLES);
        // A group has fewer of its members among fewer examples.
        int least = Math.max(3, (int) Math.round((double) minimumSize * seen / rows.length));
        HdbscanTrainer trainer =
                new HdbscanTrainer(
                        least,
                        DistanceType.L2.getDistance(),
                        Math.min(least, 10),
                        1,
                        NeighboursQueryFactoryType.KD_TREE);
        HdbscanModel model =
                trainer.train(
                        dataset(
                                Arrays.stream(order)
                                        .limit(seen)
                                        .mapToObj(row -> rows[row])
                                        .toList()),
                        Map.of());
        int[] groups = new int[rows.length];
        List<Integer> labels = model.getClusterLabels();
        for (int i = 0; i < seen; i++) {
            groups[order[i]] = labels.get(i) - 1; // 0 is noise.
        }
        for (int i = seen; i < order.length; i++) {
            groups[order[i]] = model.predict(example(rows[order[i]])).getOutput().getID() - 1;
        }
        return groups;
    }

    private static MutableDataset<ClusterID> dataset(List<double[]> rows) {
        ClusteringFactory factory = new ClusteringFactory();
        MutableDataset<ClusterID> dataset =
                new MutableDataset<>(new SimpleDataSourceProvenance("features", factory), factory);
        rows.forEach(row -> dataset.add(example(row)));
        return dataset;
    }

    /** Tribuo orders features by their names. */
    private static ArrayExample<ClusterID> example(double[] row) {
        String[] names = new String[row.length];
        Arrays.setAll(names, i -> "f%06d".formatted(i));
        return new ArrayExample<>(ClusteringFactory.UNASSIGNED_CLUSTER_ID, names, row);
    }
}
