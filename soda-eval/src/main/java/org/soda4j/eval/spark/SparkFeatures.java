package org.soda4j.eval.spark;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.soda4j.eval.feature.FeatureSet;

/** Features in Parquet as a {@link FeatureSet}, for probes. */
public final class SparkFeatures {

    private SparkFeatures() {}

    /**
     * Reads features that {@link SparkFeatureExtractor#extract} wrote into the driver's memory.
     *
     * @param spark the session
     * @param features the folder of Parquet files with {@code id}, {@code label} and {@code vector}
     * @return the features in the order of their ids as strings, with labels if there are any
     * @throws IllegalArgumentException if there is no row, an id is there twice, vectors differ in
     *     length, or some rows have labels and others have none; the message names the id
     */
    public static FeatureSet read(SparkSession spark, String features) {
        return collect(spark.read().parquet(features));
    }

    /** The same of rows that are at hand. */
    static FeatureSet collect(Dataset<Row> rows) {
        int size = Math.toIntExact(rows.count());
        float[] values = new float[0];
        int[] labels = new int[size];
        int width = 0;
        int labelled = 0;
        List<String> ids = new ArrayList<>(size);
        int i = 0;
        String previous = null;
        Iterator<Row> sorted =
                rows.select(FeatureRows.ID, FeatureRows.LABEL, FeatureRows.VECTOR)
                        .orderBy(col(FeatureRows.ID))
                        .toLocalIterator();
        for (; sorted.hasNext(); i++) {
            Row row = sorted.next();
            String id = row.getString(0);
            if (id.equals(previous)) {
                throw new IllegalArgumentException("expected each id once, found twice: " + id);
            }
            previous = id;
            ids.add(id);
            List<Float> vector = row.getList(2);
            if (i == 0) {
                width = vector.size();
                values = new float[Math.multiplyExact(size, width)];
            }
            if (vector.size() != width) {
                throw new IllegalArgumentException(
                        "%s: expected %d features as in the first row, found %d"
                                .formatted(id, width, vector.size()));
            }
            for (int j = 0; j < width; j++) {
                values[i * width + j] = vector.get(j);
            }
            labelled += row.isNullAt(1) ? 0 : 1;
            labels[i] = row.isNullAt(1) ? -1 : row.getInt(1);
            if (labelled != 0 && labelled != i + 1) {
                throw new IllegalArgumentException(
                        "%s: expected labels on all rows or on none, found the first row that differs"
                                .formatted(id));
            }
        }
        FeatureSet set =
                FeatureSet.of(values, Math.max(width, 1))
                        .withIds(ids)
                        .withProvenance(FeatureRows.provenance(rows.schema()));
        return labelled == 0 ? set : set.withLabels(labels, FeatureRows.classNames(rows.schema()));
    }
}
