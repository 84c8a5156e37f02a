package org.soda4j.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Record;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;
import org.soda4j.training.BatchLoader;
import org.soda4j.training.TrainingData;

class SceneViewsTest {

    private final ShapeScenes scenes =
            ShapeScenes.builder().objects(6).views(5).resolution(12).supersampling(1).build();
    private final SceneViews data =
            SceneViews.builder(scenes).resolutions(8, 12).sources(3).perObject(2).seed(7).build();

    @Test
    void recordsAreSourcesTargetAndTheirCameras() {
        SceneSource small = scenes.inMemory(8, 8);
        try (NDManager manager = NDManager.newBaseManager()) {
            Record record = data.get(manager, 9);
            NDList arrays = record.getData();
            assertThat(arrays.get(0).getShape()).isEqualTo(new Shape(3, 3, 8, 8));
            assertThat(arrays.get(1).getShape()).isEqualTo(new Shape(3, 12, 12));
            assertThat(arrays.get(2).getShape()).isEqualTo(new Shape(3, Camera.NUMBERS));
            assertThat(arrays.get(3).getShape()).isEqualTo(new Shape(Camera.NUMBERS));
            assertThat(record.getLabels().get(0).toLongArray()).containsExactly(scenes.label(4));
            int[] chosen = data.choose(7, 0, 9);
            assertThat(arrays.get(1).toFloatArray()).isEqualTo(floats(scenes.image(4, chosen[0])));
            assertThat(arrays.get(3).toFloatArray())
                    .isEqualTo(scenes.camera(4, chosen[0]).toNumbers());
            for (int s = 0; s < 3; s++) {
                assertThat(arrays.get(0).get(s).toFloatArray())
                        .isEqualTo(floats(small.image(4, chosen[1 + s])));
                assertThat(arrays.get(2).get(s).toFloatArray())
                        .isEqualTo(small.camera(4, chosen[1 + s]).toNumbers());
            }
        }
    }

    private static float[] floats(PixelImage image) {
        int plane = image.width() * image.height();
        float[] values = new float[3 * plane];
        for (int i = 0; i < 3 * plane; i++) {
            values[i] = (image.pixels()[i % plane * 3 + i / plane] & 0xff) / 255f;
        }
        return values;
    }

    @Test
    void targetAndSourcesDifferAndEveryOrderComes() {
        Set<String> orders = new HashSet<>();
        for (int epoch = 0; epoch < 400; epoch++) {
            for (int index : new int[] {0, 11}) {
                int[] chosen = data.choose(7, epoch, index);
                assertThat(Arrays.stream(chosen).distinct().count()).isEqualTo(4);
                orders.add(Arrays.toString(chosen));
            }
        }
        // 5 x 4 x 3 x 2 orders; each is missed by 800 draws with probability 0.001.
        assertThat(orders.size()).isBetween(115, 120);
        assertThat(data.choose(7, 3, 4)).isEqualTo(data.choose(7, 3, 4));
        assertThat(data.choose(8, 3, 4)).isNotEqualTo(data.choose(7, 3, 4));
    }

    @Test
    void sourcesAreNearAtFirstAndThenAnywhere() {
        ShapeScenes around = ShapeScenes.builder().objects(3).views(12).resolution(4).build();
        SceneViews near =
                SceneViews.builder(around).resolution(4).sources(2).nearAtFirst(65, 4).build();
        SceneViews anywhere = SceneViews.builder(around).resolution(4).sources(2).build();
        double[] farthest = new double[4];
        for (int seed = 0; seed < 100; seed++) {
            for (int epoch = 0; epoch < 4; epoch++) {
                int[] chosen = near.choose(seed, epoch, 1);
                assertThat(Arrays.stream(chosen).distinct().count()).isEqualTo(3);
                Camera target = around.camera(1, chosen[0]);
                for (int s = 1; s < 3; s++) {
                    double angle = target.angleTo(around.camera(1, chosen[s]));
                    farthest[epoch] = Math.max(farthest[epoch], Math.toDegrees(angle));
                }
            }
            assertThat(near.choose(seed, 4, 1)).isEqualTo(anywhere.choose(seed, 4, 1));
        }
        // 65 degrees, then 94, 122 and 151; every camera has at least 2 others within 65.
        assertThat(farthest[0]).isBetween(45.0, 65.0);
        assertThat(farthest[1]).isBetween(65.0, 93.8);
        assertThat(farthest[2]).isBetween(93.8, 122.5);
        assertThat(farthest[3]).isBetween(115.0, 151.3);
    }

    /** Two sources are asked for, no other view is within a degree. */
    @Test
    void whereTooFewAreNearTheNearestAreTaken() {
        ShapeScenes around = ShapeScenes.builder().objects(1).views(12).resolution(4).build();
        SceneViews near =
                SceneViews.builder(around).resolution(4).sources(2).nearAtFirst(1, 1).build();
        for (int seed = 0; seed < 20; seed++) {
            int[] chosen = near.choose(seed, 0, 0);
            Camera target = around.camera(0, chosen[0]);
            double[] angles =
                    IntStream.range(0, 12)
                            .mapToDouble(view -> target.angleTo(around.camera(0, view)))
                            .sorted()
                            .toArray();
            for (int s = 1; s < 3; s++) {
                assertThat(target.angleTo(around.camera(0, chosen[s]))).isEqualTo(angles[s]);
            }
        }
        assertThatThrownBy(() -> SceneViews.builder(around).nearAtFirst(-1, 3))
                .hasMessage(
                        "nearAtFirst: expected 0 to 180 degrees and at least 0 epochs, found -1.0 and 3");
    }

    @Test
    void batchesAreTheRecordsInTheEpochsOrderFromAnyStep() {
        try (NDManager manager = NDManager.newBaseManager();
                BatchLoader loader =
                        data.newLoader(new TrainingData.Request(4, 7, true, 0, 1, true))) {
            assertThat(loader.steps()).isEqualTo(3);
            List<Integer> seen = new ArrayList<>();
            List<float[]> targets = new ArrayList<>();
            for (Iterator<Batch> i = loader.epoch(1, 0, manager); i.hasNext(); ) {
                try (Batch batch = i.next()) {
                    NDList arrays = batch.getData();
                    assertThat(arrays.get(0).getShape()).isEqualTo(new Shape(4, 3, 3, 8, 8));
                    assertThat(arrays.get(2).getShape()).isEqualTo(new Shape(4, 3, 18));
                    assertThat(arrays.get(3).getShape()).isEqualTo(new Shape(4, 18));
                    targets.add(arrays.get(1).toFloatArray());
                    for (int place = 0; place < 4; place++) {
                        int index = (Integer) batch.getIndices().get(place);
                        seen.add(index);
                        int target = data.choose(7, 1, index)[0];
                        try (NDArray one = arrays.get(1).get(place)) {
                            assertThat(one.toFloatArray())
                                    .isEqualTo(floats(scenes.image(index / 2, target)));
                        }
                        assertThat(batch.getLabels().get(0).toLongArray()[place])
                                .isEqualTo(scenes.label(index / 2));
                    }
                }
            }
            assertThat(seen).hasSize(12).doesNotHaveDuplicates();
            assertThat(seen).isNotEqualTo(IntStream.range(0, 12).boxed().toList());
            Iterator<Batch> late = loader.epoch(1, 2, manager);
            try (Batch batch = late.next()) {
                assertThat(batch.getData().get(1).toFloatArray()).isEqualTo(targets.get(2));
            }
            assertThat(late.hasNext()).isFalse();
            assertThatThrownBy(() -> loader.epoch(0, 4, manager)).hasMessageContaining("0..3");
        }
    }

    /** Of 12 records in batches of 5, the last two are a batch where they are asked for. */
    @Test
    void theLastBatchIsKeptOnRequest() {
        try (NDManager manager = NDManager.newBaseManager();
                BatchLoader loader =
                        data.newLoader(new TrainingData.Request(5, 7, true, 0, 1, false))) {
            assertThat(loader.steps()).isEqualTo(3);
            try (Batch batch = loader.epoch(0, 2, manager).next()) {
                assertThat(batch.getData().get(0).getShape()).isEqualTo(new Shape(2, 3, 3, 8, 8));
                assertThat(batch.getSize()).isEqualTo(2);
            }
        }
    }

    @Test
    void tooFewViewsAndRecordsAreRefused() {
        assertThatThrownBy(() -> SceneViews.builder(scenes).resolution(8).sources(5).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("object 0")
                .hasMessageContaining("at least 6 views for 5 sources and a target, found 5");
        assertThatThrownBy(() -> SceneViews.builder(scenes).build())
                .hasMessageContaining("resolution");
        assertThatThrownBy(() -> data.newLoader(new TrainingData.Request(13, 0, true, 0, 1, true)))
                .hasMessageContaining("batchSize: expected at most 12 (of 12 pairs, on ranks: 1)");
    }
}
