package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which evaluations guidance asks for, and what it makes of them. */
class GuidanceTest {

    private static final SectionKeep FIRST = SectionKeep.only(4, 0);
    private static final SectionKeep LAST_TWO = SectionKeep.of(false, false, true, true);

    private static Guidance.Term term(SectionKeep keep, double weight) {
        return new Guidance.Term(keep, weight);
    }

    @Test
    void plainSamplingEvaluatesOnce() {
        assertThat(Guidance.none().terms()).containsExactly(term(SectionKeep.ALL, 1));
        assertThat(Guidance.whole(0)).isEqualTo(Guidance.none());
        assertThat(Guidance.unconditional().terms()).containsExactly(term(SectionKeep.NONE, 1));
        assertThat(Guidance.whole(-1)).isEqualTo(Guidance.unconditional());
        assertThat(Guidance.sections(Map.of())).isEqualTo(Guidance.unconditional());
        assertThat(Guidance.sections(Map.of(FIRST, 1.0))).isEqualTo(Guidance.keeping(FIRST));
    }

    @Test
    void wholeIsConditionalMinusUnconditional() {
        assertThat(Guidance.whole(2).terms())
                .containsExactly(term(SectionKeep.ALL, 3), term(SectionKeep.NONE, -2));
    }

    @Test
    void latentAndCameraAreGuidedApart() {
        SectionKeep noCamera = SectionKeep.ALL.withoutCamera();
        assertThat(Guidance.latentAndCamera(0.5, 0.25).terms())
                .containsExactly(
                        term(SectionKeep.ALL, 1.75),
                        term(noCamera, -0.25),
                        term(SectionKeep.NONE, -0.5));
        assertThat(Guidance.latentAndCamera(2, 0)).isEqualTo(Guidance.whole(2));
        assertThat(Guidance.latentAndCamera(0, 1).terms())
                .containsExactly(term(SectionKeep.ALL, 2), term(noCamera, -1));
        // What has neither latent nor camera is not what has no latent.
        SectionKeep nothing = SectionKeep.NONE.withoutCamera();
        assertThat(Guidance.sections(Map.of(nothing, -1.0)).terms())
                .containsExactly(term(nothing, -1), term(SectionKeep.NONE, 2));
        assertThat(nothing).isNotEqualTo(SectionKeep.NONE).hasToString("none without camera");
        assertThat(nothing.keepsNone()).isTrue();
        assertThat(nothing.keepsCamera()).isFalse();
        assertThat(SectionKeep.NONE.keepsCamera()).isTrue();
        assertThat(FIRST.withoutCamera().flags(4)).isEqualTo(FIRST.flags(4));
    }

    @Test
    void setsOfZeroWeightAreNotEvaluated() {
        Map<SectionKeep, Double> weights = new LinkedHashMap<>();
        weights.put(LAST_TWO, 2.0);
        weights.put(SectionKeep.ALL, 0.0);
        weights.put(SectionKeep.NONE, 5.0);
        weights.put(FIRST, 0.5);
        assertThat(Guidance.sections(weights).terms())
                .containsExactly(term(LAST_TWO, 2), term(FIRST, 0.5), term(SectionKeep.NONE, -1.5));
    }

    @Test
    void weightsThatSumToOneNeedNoUnconditional() {
        Map<SectionKeep, Double> weights = new LinkedHashMap<>();
        weights.put(FIRST, 0.1);
        weights.put(LAST_TWO, 0.2);
        weights.put(SectionKeep.ALL, 0.7);
        assertThat(Guidance.sections(weights).terms())
                .extracting(Guidance.Term::keep)
                .containsExactly(FIRST, LAST_TWO, SectionKeep.ALL);
    }

    @Test
    void asksOnceAStepAndCombinesByWeight() {
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.linear(10));
        Map<SectionKeep, Double> weights = new LinkedHashMap<>();
        weights.put(FIRST, 3.0);
        weights.put(LAST_TWO, -1.0);
        GaussianData data = new GaussianData(process, 0.8, 0.5);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = manager.create(new float[] {0.1f, -0.7f, 1.3f}, new Shape(3, 1, 1, 1));
            NDArray output = Guidance.sections(weights).predict(data, x, 7);
            assertThat(data.calls)
                    .containsExactly(
                            new GaussianData.Call(7, List.of(FIRST, LAST_TWO, SectionKeep.NONE)));
            // eps is linear in the centre, which is mean * share: 3 of 1/4, -1 of 2/4, -1 of 0.
            double a = process.schedule().alphaBar(7);
            double center = 0.8 * (3 * 0.25 - 0.5);
            for (int i = 0; i < 3; i++) {
                double expected =
                        Math.sqrt(1 - a)
                                * (x.toFloatArray()[i] - Math.sqrt(a) * center)
                                / (a * 0.25 + 1 - a);
                assertThat(output.toFloatArray()[i]).isCloseTo((float) expected, within(2e-6f));
            }
        }
    }

    @Test
    void eachStepOfASamplerIsOneCall() {
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.linear(100));
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray start = manager.randomNormal(new Shape(2, 1, 2, 2));
            for (double weight : new double[] {0, -1, 0.3}) {
                GaussianData data = new GaussianData(process, 0.8, 0.5);
                DdimSampler.builder()
                        .steps(4)
                        .build()
                        .sample(process, data, start, Guidance.whole(weight));
                assertThat(data.calls).hasSize(4);
                assertThat(data.calls.get(3).keeps())
                        .isEqualTo(
                                weight == 0
                                        ? List.of(SectionKeep.ALL)
                                        : weight == -1
                                                ? List.of(SectionKeep.NONE)
                                                : List.of(SectionKeep.ALL, SectionKeep.NONE));
            }
        }
    }

    @Test
    void choicesOfSectionsCompareByContent() {
        assertThat(SectionKeep.of(true, true)).isSameAs(SectionKeep.ALL);
        assertThat(SectionKeep.only(3)).isSameAs(SectionKeep.NONE);
        assertThat(SectionKeep.only(4, 2, 3)).isEqualTo(LAST_TWO).hasSameHashCodeAs(LAST_TWO);
        assertThat(LAST_TWO.keepsAll()).isFalse();
        assertThat(LAST_TWO.keepsNone()).isFalse();
        assertThat(LAST_TWO.flags(4)).containsExactly(false, false, true, true);
        assertThat(SectionKeep.ALL.flags(2)).containsExactly(true, true);
        assertThat(SectionKeep.NONE.flags(2)).containsExactly(false, false);
        assertThat(LAST_TWO).hasToString("[false, false, true, true]");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> LAST_TWO.flags(5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("latent's 5 sections, found one among 4");
        assertThatThrownBy(() -> SectionKeep.only(4, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected sections from 0 to 3, found 4");
        assertThatThrownBy(SectionKeep::of).isInstanceOf(IllegalArgumentException.class);
        for (double weight : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Guidance.whole(weight))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected a finite guidance weight");
        }
    }
}
