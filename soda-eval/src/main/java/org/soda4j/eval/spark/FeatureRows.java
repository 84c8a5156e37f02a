package org.soda4j.eval.spark;

import static org.apache.spark.sql.functions.col;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructType;

/** The columns of features in Spark; class names and provenance travel as columns' metadata. */
final class FeatureRows {

    static final String ID = "id";
    static final String LABEL = "label";
    static final String VECTOR = "vector";
    static final String ERROR = "error";

    private static final String CLASS_NAMES = "soda.classNames";
    private static final String KEYS = "soda.provenanceKeys";
    private static final String VALUES = "soda.provenanceValues";

    /** What encoding gives: either a vector or an error. */
    static final StructType SCHEMA =
            new StructType()
                    .add(ID, DataTypes.StringType)
                    .add(LABEL, DataTypes.IntegerType)
                    .add(VECTOR, DataTypes.createArrayType(DataTypes.FloatType, false))
                    .add(ERROR, DataTypes.StringType);

    private FeatureRows() {}

    /** Adds the metadata, which an encoder of rows does not keep. */
    static Dataset<Row> describe(
            Dataset<Row> rows, List<String> classNames, Map<String, String> provenance) {
        Metadata classes =
                new MetadataBuilder()
                        .putStringArray(CLASS_NAMES, classNames.toArray(String[]::new))
                        .build();
        Metadata origin =
                new MetadataBuilder()
                        .putStringArray(KEYS, provenance.keySet().toArray(String[]::new))
                        .putStringArray(VALUES, provenance.values().toArray(String[]::new))
                        .build();
        return rows.select(
                col(ID), col(LABEL).as(LABEL, classes), col(VECTOR).as(VECTOR, origin), col(ERROR));
    }

    static List<String> classNames(StructType schema) {
        return strings(schema.apply(LABEL).metadata(), CLASS_NAMES);
    }

    static Map<String, String> provenance(StructType schema) {
        Metadata metadata = schema.apply(VECTOR).metadata();
        List<String> keys = strings(metadata, KEYS);
        List<String> values = strings(metadata, VALUES);
        Map<String, String> provenance = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(keys.size(), values.size()); i++) {
            provenance.put(keys.get(i), values.get(i));
        }
        return provenance;
    }

    private static List<String> strings(Metadata metadata, String key) {
        return metadata.contains(key) ? Arrays.asList(metadata.getStringArray(key)) : List.of();
    }
}
