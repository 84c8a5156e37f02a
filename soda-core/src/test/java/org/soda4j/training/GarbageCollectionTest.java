package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;

/** Arrays over Java memory must live until backward has read them. */
class GarbageCollectionTest {

    @Test
    void weightsDoNotDependOnGarbageCollection() throws InterruptedException {
        try (NDManager manager = NDManager.newBaseManager()) {
            Map<String, float[]> expected = train(manager);
            GarbagePressure.during(() -> train(manager))
                    .forEach((name, w) -> assertThat(w).as(name).isEqualTo(expected.get(name)));
        }
    }

    private static Map<String, float[]> train(NDManager manager) {
        try (Soda soda = TinyTraining.model(0.1).build()) {
            TinyTraining.trainer(soda, TinyTraining.data(manager, 16))
                    .steps(8)
                    .accumulation(2)
                    .build()
                    .fit();
            return AccumulationTest.copies(soda);
        }
    }
}
