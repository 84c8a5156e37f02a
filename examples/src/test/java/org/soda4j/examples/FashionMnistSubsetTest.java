package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.training.dataset.Dataset;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.data.dataset.FashionMnist;

class FashionMnistSubsetTest {

    @ParameterizedTest
    @CsvSource({
        "TRAIN, 1000, 5d60fe0a7b479de22734ffdaf0426cdae2e3479415d7faf19c6c0317c745d145",
        "TEST, 200, 91c130a923f30df3f65f9d5a23d6c9c30724b6ace82eed107d97fab687be47cd"
    })
    void carriedPartIsStratifiedAndUnchanged(Dataset.Usage split, int perClass, String hash) {
        FashionMnist part =
                FashionMnist.builder()
                        .resource(FashionMnistSubsetTest.class, "fashion-mnist")
                        .split(split)
                        .build();
        int[] counts = new int[10];
        IntStream.range(0, (int) part.size()).forEach(i -> counts[part.label(i)]++);
        assertThat(counts).containsOnly(perClass);
        assertThat(part.image(0).width()).isEqualTo(28);
        assertThat(part.contentHash()).isEqualTo(hash);
    }
}
