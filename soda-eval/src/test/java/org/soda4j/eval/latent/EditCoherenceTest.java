package org.soda4j.eval.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.latent.LatentLayout;

/** Edits whose answer is known: images are the latents themselves, and what encodes them mixes. */
class EditCoherenceTest {

    private static final int WIDTH = 4;
    private static final LatentLayout LAYOUT = new LatentLayout(List.of(2, 2));
    private static final LatentDecoder PLAIN =
            latents -> latents.reshape(new Shape(latents.getShape().get(0), 1, 1, WIDTH));

    /** Independent numbers of deviations 3, 1, 2 and 1: the principal directions are the axes. */
    private static FeatureSet data() {
        Random random = new Random(5);
        float[] values = new float[4000 * WIDTH];
        float[] deviations = {3, 1, 2, 1};
        for (int i = 0; i < values.length; i++) {
            values[i] = deviations[i % WIDTH] * (float) random.nextGaussian();
        }
        return FeatureSet.of(values, WIDTH);
    }

    /** Latents of images times a matrix. */
    private static UnaryOperator<NDArray> encoder(float... matrix) {
        return images -> {
            try (NDManager scope = images.getManager().newSubManager()) {
                NDArray flat = images.reshape(new Shape(images.getShape().get(0), WIDTH));
                flat.attach(scope);
                NDArray z = flat.matMul(scope.create(matrix, new Shape(WIDTH, WIDTH)));
                z.attach(images.getManager());
                return z;
            }
        };
    }

    private static List<EditCoherence> measure(UnaryOperator<NDArray> encoder, int directions) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray latents = manager.randomNormal(new Shape(5, WIDTH));
            return EditCoherence.measure(PLAIN, encoder, LAYOUT, data(), latents, directions, 2);
        }
    }

    @Test
    void anEditThatDoesWhatItSaysIsWhole() {
        float[] identity = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
        List<EditCoherence> edits = measure(encoder(identity), 3);
        assertThat(edits).hasSize(4).extracting(EditCoherence::section).containsExactly(0, 0, 1, 1);
        for (EditCoherence edit : edits) {
            assertThat(edit.moved()).isCloseTo(1, within(1e-3));
            assertThat(edit.along()).isCloseTo(1, within(1e-3));
        }
        // Four deviations of 3 in one of four numbers.
        assertThat(edits.get(0).pixels()).isCloseTo(3, within(0.1));
        assertThat(EditCoherence.table(edits)).contains("section 1 PC 1", " 100%").hasLineCount(5);
    }

    @Test
    void whatChangesBesideItIsToldApart() {
        // A step of 12, 4 deviations, in the first number: 6 can be seen, 2 deviations; the second
        // and the third go along by 2, which are 2 deviations and 1.
        float[] mixing = {0.5f, 1 / 6f, 1 / 6f, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
        EditCoherence edit = measure(encoder(mixing), 1).get(0);
        double all = 4 + 4 + 1;
        assertThat(edit.moved()).isCloseTo(0.5, within(0.02));
        assertThat(edit.along()).isCloseTo(4 / all, within(0.03));
        assertThat(edit.inSection()).isCloseTo(4 / all, within(0.03));
        assertThat(edit.elsewhere()).isCloseTo(1 / all, within(0.03));
    }

    @Test
    void nothingThatCanBeSeenIsNothing() {
        EditCoherence edit = measure(encoder(new float[WIDTH * WIDTH]), 1).get(0);
        assertThat(List.of(edit.moved(), edit.along(), edit.inSection(), edit.elsewhere()))
                .containsOnly(0.0);
        assertThatThrownBy(() -> measure(encoder(new float[WIDTH * WIDTH]), 0))
                .hasMessageContaining("directions: expected at least 1, found 0");
    }

    @Test
    void aDirectionHasTheNameOfTheFactorThatPredictsItBest() {
        FeatureSet data = data();
        int[] shape = new int[data.size()];
        int[] other = new int[data.size()];
        Random random = new Random(1);
        for (int i = 0; i < shape.length; i++) {
            float position = data.row(i)[2];
            shape[i] = position < -1 ? 2 : position < 1 ? 0 : 1; // Levels in no order.
            other[i] = random.nextInt(3);
        }
        Map<String, int[]> factors = Map.of("shape", shape, "other", other);
        LatentDirection third = LatentDirection.principal(data, LAYOUT, 1, 1).get(0);
        SuggestedAttribute name = SuggestedAttribute.of(third, data, factors);
        assertThat(name.factor()).isEqualTo("shape");
        // A normal number of deviation 2, cut at -1 and 1: 2 (phi(1/2))^2 / Phi(-1/2).
        assertThat(name.explained()).isCloseTo(0.803, within(0.02));
        assertThat(name.toString()).startsWith("shape (8");
        LatentDirection first = LatentDirection.principal(data, LAYOUT, 0, 1).get(0);
        assertThat(SuggestedAttribute.of(first, data, factors).explained()).isLessThan(0.01);
        assertThatThrownBy(() -> SuggestedAttribute.of(third, data, Map.of("x", new int[3])))
                .hasMessageContaining("factor 'x': expected 4000 levels");
        assertThatThrownBy(() -> SuggestedAttribute.of(third, data, Map.of()))
                .hasMessageContaining("at least one");
    }
}
