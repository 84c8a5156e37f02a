package org.soda4j.eval.spark;

import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.soda4j.Soda;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.eval.feature.DecodedImages;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.ImageBatches;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/** What a task does: rows of (id, label, content) to rows of {@link FeatureRows}, by batches. */
final class PartitionEncoder implements MapPartitionsFunction<Row, Row> {

    private static final long serialVersionUID = 1L;

    private final Broadcast<ModelFiles> model;
    private final FeatureExtractor.Output output;
    private final boolean standardized;
    private final int batchSize;
    private final int threads;

    PartitionEncoder(
            Broadcast<ModelFiles> model,
            FeatureExtractor.Output output,
            boolean standardized,
            int batchSize,
            int threads) {
        this.model = model;
        this.output = output;
        this.standardized = standardized;
        this.batchSize = batchSize;
        this.threads = threads;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        if (!rows.hasNext()) {
            return rows; // An empty partition needs no model.
        }
        ModelFiles files = model.value();
        Soda soda = ExecutorModels.acquire(files);
        TaskCompletionListener release = context -> ExecutorModels.release(files);
        TaskContext.get().addTaskCompletionListener(release);
        if (threads > 0) {
            // OpenMP's setting belongs to the calling thread, and each task may have another one.
            JniUtils.setNumThreads(threads);
        }
        return new Batches(rows, soda);
    }

    private final class Batches implements Iterator<Row> {

        private final Iterator<Row> rows;
        private final FeatureExtractor extractor;
        private final ViewPipeline pipeline;
        private final ViewRandom random = new ViewRandom(0, 0, 0, 0); // Nothing is drawn from it.
        private final ImageDecoder decoder;
        private final Deque<Row> done = new ArrayDeque<>();

        Batches(Iterator<Row> rows, Soda soda) {
            this.rows = rows;
            extractor =
                    FeatureExtractor.of(soda)
                            .output(output)
                            .standardized(standardized)
                            .batchSize(batchSize);
            List<Integer> shape = soda.config().denoiser().imageShape();
            decoder = soda.config().preparation().decoder(shape.get(0));
            pipeline = ImageBatches.resizing(soda);
        }

        @Override
        public boolean hasNext() {
            while (done.isEmpty() && rows.hasNext()) {
                encodeBatch();
            }
            return !done.isEmpty();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return done.remove();
        }

        private void encodeBatch() {
            List<Row> kept = new ArrayList<>(batchSize);
            List<PixelImage> images = new ArrayList<>(batchSize);
            while (images.size() < batchSize && rows.hasNext()) {
                Row row = rows.next();
                try {
                    images.add(decode(row));
                    kept.add(row);
                } catch (DatasetException e) {
                    done.add(RowFactory.create(row.get(0), row.get(1), null, e.getMessage()));
                }
            }
            if (images.isEmpty()) {
                return;
            }
            FeatureSet features = extractor.extract(new DecodedImages(images));
            for (int i = 0; i < kept.size(); i++) {
                Row row = kept.get(i);
                Integer label = row.isNullAt(1) || row.getInt(1) < 0 ? null : row.getInt(1);
                done.add(RowFactory.create(row.get(0), label, features.row(i), null));
            }
        }

        /**
         * Resizes at once: a batch of large images would be large. The extractor changes no more.
         */
        private PixelImage decode(Row row) {
            String id = row.getString(0);
            if (id == null || row.isNullAt(2)) {
                throw new DatasetException(
                        String.valueOf(id),
                        "expected an id and the content of an image file, found null");
            }
            return pipeline.preview(decoder.decode(id, row.<byte[]>getAs(2)), random);
        }
    }
}
