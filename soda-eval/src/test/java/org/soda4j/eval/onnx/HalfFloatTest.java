package org.soda4j.eval.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.Float16Utils;
import org.junit.jupiter.api.Test;

/** Against all numbers that float16 has. */
class HalfFloatTest {

    private static final int INFINITY = 0x7C00;

    @Test
    void roundsToTheNearestAndTiesToEven() {
        for (int bits = 0; bits < INFINITY; bits++) {
            float exact = Float16Utils.halfToFloat((short) bits);
            assertThat(HalfFloat.of("x", exact)).isEqualTo((short) bits);
            assertThat(HalfFloat.of("x", -exact)).isEqualTo((short) (bits | 0x8000));
            if (bits + 1 < INFINITY) {
                float next = Float16Utils.halfToFloat((short) (bits + 1));
                float middle = (exact + next) / 2;
                int even = bits % 2 == 0 ? bits : bits + 1;
                assertThat(HalfFloat.of("x", middle)).isEqualTo((short) even);
                assertThat(HalfFloat.of("x", Math.nextDown(middle))).isEqualTo((short) bits);
                assertThat(HalfFloat.of("x", Math.nextUp(middle))).isEqualTo((short) (bits + 1));
            }
        }
    }
}
