package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.encoder.Encoder;
import org.soda4j.eval.TestImages;

/** An encoder of one's own cannot be made anew: pixels and chance stand beside it alone. */
class OwnEncoderBaselinesTest {

    private static final int SIZE = 12;

    private static final class OwnEncoder extends AbstractBlock implements Encoder {

        private final SequentialBlock layers =
                addChildBlock(
                        "layers",
                        new SequentialBlock()
                                .add(Blocks.batchFlattenBlock())
                                .add(Linear.builder().setUnits(SIZE).build()));

        @Override
        public int inputChannels() {
            return 3;
        }

        @Override
        public int latentSize() {
            return SIZE;
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            layers.initialize(manager, type, shapes);
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            return layers.forward(store, inputs, training);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return new Shape[] {new Shape(shapes[0].get(0), SIZE)};
        }
    }

    @Test
    void nothingUntrainedIsInvented() {
        TestImages train = TestImages.darkAndBright(44, 16);
        TestImages test = TestImages.darkAndBright(10, 16);
        try (Soda soda = TinyModels.builder().encoder(new OwnEncoder()).build()) {
            DenoiserFeatureResult result =
                    DenoiserFeatureProbe.builder(soda).steps(10).build().evaluate(train, test);
            assertThat(result.baselines().untrained()).isEmpty();
            assertThat(result.table()).contains("\nraw pixels").doesNotContain("untrained");
            assertThat(ProbeEvaluation.of(train, test).baselines(soda))
                    .containsOnlyKeys("chance", "knn.pixels", "linear.pixels");
        }
    }
}
