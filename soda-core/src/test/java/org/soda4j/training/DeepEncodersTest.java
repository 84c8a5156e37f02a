package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.encoder.ResNetEncoder;

/**
 * Encoders with those 1 x 1 kernels that ended the JVM where the CPU library does not know how
 * large the caches are, in training and in encoding.
 */
class DeepEncodersTest {

    /** Below, convolutions of one pixel do not reach that library. */
    private static final int BATCH = 16;

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"50, 1", "18, 2"})
    void trainAndEncodeInBothPrecisions(int depth, double width) throws IOException {
        ResNetEncoder encoder =
                ResNetEncoder.builder()
                        .depth(depth)
                        .widthMultiplier(width)
                        .smallImages(true)
                        .build();
        try (Soda soda = TinyTraining.model(0).encoder(encoder).build();
                NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
                TrainingSummary summary =
                        TinyTraining.trainer(soda, TinyTraining.data(manager, 2 * BATCH))
                                .batchSize(BATCH)
                                .steps(2)
                                .precision(precision)
                                .build()
                                .fit();
                assertThat(summary.loss()).isFinite();
            }
            soda.save(folder);
            NDArray images = TinyTraining.images(manager, TinyTraining.pixels(BATCH, 5));
            NDArray exact = soda.encode(images);
            try (Soda low = Soda.load(folder, soda.device(), Precision.BF16)) {
                NDArray error = low.encode(images).sub(exact);
                // Eight significant bits, through up to fifty layers.
                assertThat(error.norm().getFloat() / exact.norm().getFloat()).isLessThan(0.1f);
            }
        }
    }
}
