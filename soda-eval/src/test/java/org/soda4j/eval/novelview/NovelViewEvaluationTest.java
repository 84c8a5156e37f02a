package org.soda4j.eval.novelview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.data.scene.ShapeScenes;
import org.soda4j.eval.novelview.ViewScore.Baseline;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;

/** Against ways of drawing whose scores are known beforehand. */
class NovelViewEvaluationTest {

    private static final int SIZE = 16;

    private final ShapeScenes scenes =
            ShapeScenes.builder().objects(8).views(7).resolution(SIZE).supersampling(1).build();
    private final SceneSource training = scenes.select(0, 1, 2, 3);
    private final SceneSource unseen = scenes.select(4, 5, 6, 7);

    private NovelViewEvaluation evaluation(int... sources) {
        return NovelViewEvaluation.builder(unseen, training)
                .resolution(SIZE)
                .sources(sources)
                .perObject(3)
                .batchSize(5)
                .seed(9)
                .build();
    }

    /** Draws what is there: it knows the object by its camera, which no other has. */
    private NDArray truth(NDArray sources, List<List<Camera>> cameras, List<Camera> targets) {
        Map<Camera, PixelImage> images = new HashMap<>();
        for (int object = 0; object < unseen.size(); object++) {
            for (int view = 0; view < 7; view++) {
                images.put(unseen.camera(object, view), unseen.image(object, view));
            }
        }
        return SceneArrays.images(sources.getManager(), targets.stream().map(images::get).toList());
    }

    @Test
    void theTruthScoresHighestWhateverTheSources() {
        ViewScores scores = evaluation(1, 3).evaluate(this::truth);
        assertThat(scores.all()).hasSize(4 * 3 * 2);
        for (ViewScore score : scores.all()) {
            assertThat(score.model().psnr()).isEqualTo(60);
            assertThat(score.model().ssim()).isEqualTo(1, within(1e-9));
            assertThat(score.model().lpips()).isNaN();
            assertThat(score.baselines().get(Baseline.NEAREST_SOURCE).psnr()).isLessThan(40);
        }
    }

    @Test
    void copyingTheOnlySourceIsTheNearestSource() {
        ViewScores scores =
                evaluation(1).evaluate((sources, cameras, targets) -> sources.get(":, 0"));
        for (ViewScore score : scores.all()) {
            assertThat(score.model()).isEqualTo(score.baselines().get(Baseline.NEAREST_SOURCE));
        }
    }

    @Test
    void sourcesDifferFromTargetsAndMoreOfThemComeNearer() {
        List<List<Camera>> seen = new ArrayList<>();
        List<Camera> drawn = new ArrayList<>();
        ViewScores scores =
                evaluation(1, 4)
                        .evaluate(
                                (sources, cameras, targets) -> {
                                    assertThat(sources.getShape().get(1))
                                            .isEqualTo(cameras.get(0).size());
                                    seen.addAll(cameras);
                                    drawn.addAll(targets);
                                    return truth(sources, cameras, targets);
                                });
        for (int i = 0; i < 12; i++) {
            ViewScore one = scores.all().get(i);
            ViewScore four = scores.all().get(12 + i);
            assertThat(one.sources()).isEqualTo(1);
            assertThat(four.sources()).isEqualTo(4);
            assertThat(four.target()).isEqualTo(one.target());
            assertThat(four.angleDegrees()).isLessThanOrEqualTo(one.angleDegrees());
            assertThat(seen.get(12 + i).subList(0, 1)).isEqualTo(seen.get(i));
            Set<Camera> all = new HashSet<>(seen.get(12 + i));
            all.add(drawn.get(12 + i));
            assertThat(all).hasSize(5);
            double nearest =
                    seen.get(12 + i).stream()
                            .mapToDouble(drawn.get(12 + i)::angleTo)
                            .min()
                            .orElseThrow();
            assertThat(four.angleDegrees()).isEqualTo(Math.toDegrees(nearest), within(1e-9));
            Camera target = drawn.get(i);
            assertThat(target).isEqualTo(unseen.camera(one.object(), one.target()));
        }
    }

    @Test
    void theMeanImageIsThatOfAllTrainingViews() {
        double[] mean = new double[SIZE * SIZE * 3];
        for (int object = 0; object < 4; object++) {
            for (int view = 0; view < 7; view++) {
                byte[] pixels = training.image(object, view).pixels();
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += (pixels[i] & 0xff) / 255.0 / 28;
                }
            }
        }
        ViewScore score = evaluation(1).evaluate(this::truth).all().get(5);
        byte[] truth = unseen.image(score.object(), score.target()).pixels();
        double squares = 0;
        for (int i = 0; i < mean.length; i++) {
            squares += Math.pow(mean[i] - (truth[i] & 0xff) / 255.0, 2);
        }
        // The mean is kept in single precision.
        assertThat(score.baselines().get(Baseline.MEAN_IMAGE).psnr())
                .isEqualTo(-10 * Math.log10(squares / mean.length), within(1e-4));
    }

    @Test
    void rowsAreMeansOfTheirGroups() {
        ImageScores good = new ImageScores(30, 0.9, 0.1);
        ImageScores bad = new ImageScores(10, 0.3, 0.5);
        ViewScores scores =
                new ViewScores(
                        List.of(
                                score(1, 100, bad, good), score(1, 14, good, bad),
                                score(3, 15, good, good), score(3, 180, bad, bad)));
        assertThat(scores.overall().model().psnr()).isEqualTo(20);
        List<ViewScores.Row> bySources = scores.bySources();
        assertThat(bySources).extracting(ViewScores.Row::group).containsExactly("1", "3");
        assertThat(bySources.get(0).nearestSource().psnr()).isEqualTo(20);
        assertThat(bySources.get(1).model().lpips()).isEqualTo(0.3, within(1e-12));
        List<ViewScores.Row> byAngle = scores.byAngle();
        assertThat(byAngle)
                .extracting(ViewScores.Row::group)
                .containsExactly("0-15", "15-30", "90-180");
        assertThat(byAngle.get(2).count()).isEqualTo(2);
        assertThat(byAngle.get(2).meanAngleDegrees()).isEqualTo(140);
        assertThat(scores.tableBySources())
                .contains(
                        "1             2 |   20.00  0.600  0.300 |   20.00  0.600  0.300 |   10.00");
        assertThat(scores.tableByAngle()).contains("0-15          1 |   30.00  0.900  0.100");
        assertThat(scores.chartByAngle().toPng()).isNotEmpty();
        assertThat(scores.chartBySources().toPng()).isNotEmpty();
    }

    private static ViewScore score(
            int sources, double angle, ImageScores model, ImageScores nearest) {
        ImageScores mean = new ImageScores(10, 0.1, 0.9);
        return new ViewScore(
                0,
                0,
                sources,
                angle,
                model,
                Map.of(Baseline.NEAREST_SOURCE, nearest, Baseline.MEAN_IMAGE, mean));
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertThatThrownBy(() -> evaluation(7).evaluate(this::truth))
                .hasMessageContaining("at least 8 views for 7 sources and a target, found 7");
        assertThatThrownBy(() -> NovelViewEvaluation.builder(unseen, training).build())
                .hasMessageContaining("resolution");
        assertThatThrownBy(() -> NovelViewEvaluation.builder(unseen, training).resolution(10))
                .hasMessageContaining("at least 11");
        assertThatThrownBy(() -> evaluation(1).evaluate((sources, cameras, targets) -> sources))
                .hasMessageContaining("expected drawn views of shape (5, 3, 16, 16)");
    }
}
