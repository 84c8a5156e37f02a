package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.encoder.ResNetEncoder;

/**
 * Encoders of full width and of twice the width, whose 1 x 1 kernels have the numbers of channels
 * at which the CPU library has ended the JVM: in training, and in encoding afterwards.
 */
class DeepEncodersTest {

    @ParameterizedTest
    @CsvSource({"50, 1, FP32", "50, 1, BF16", "18, 2, FP32", "18, 2, BF16"})
    void trainAndEncode(int depth, double width, Precision precision) {
        try (Soda soda =
                        TinyTraining.model(0)
                                .encoder(
                                        ResNetEncoder.builder()
                                                .depth(depth)
                                                .widthMultiplier(width)
                                                .smallImages(true)
                                                .build())
                                .precision(precision)
                                .build();
                NDManager manager = NDManager.newBaseManager(soda.device())) {
            ArrayDataset data = TinyTraining.data(manager, 8);
            List<Double> losses = TinyTraining.losses(TinyTraining.trainer(soda, data).epochs(1));
            assertThat(losses).hasSize(2).allMatch(Double::isFinite);
            float[] pixels = new float[2 * 3 * 16 * 16];
            Random random = new Random(1);
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = random.nextFloat();
            }
            NDArray latents = soda.encode(manager.create(pixels, new Shape(2, 3, 16, 16)));
            assertThat(latents.isNaN().any().getBoolean()).isFalse();
            assertThat(latents.get(0).sub(latents.get(1)).abs().max().getFloat()).isPositive();
        }
    }
}
