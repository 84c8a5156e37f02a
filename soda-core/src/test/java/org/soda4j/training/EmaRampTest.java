package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EmaRampTest {

    /** As ema_pytorch: a copy at first, then 1 - s^(-2/3) up to the limit. */
    @Test
    void thePublishedRampLooksBackOverAPartOfTheTraining() {
        assertThat(EmaRamp.PUBLISHED.decay(0.9999, 1)).isZero();
        assertThat(EmaRamp.PUBLISHED.decay(0.9999, 8)).isCloseTo(0.75, within(1e-12));
        assertThat(EmaRamp.PUBLISHED.decay(0.9999, 1000)).isCloseTo(0.99, within(1e-12));
        assertThat(EmaRamp.PUBLISHED.decay(0.9999, 78_000)).isCloseTo(0.99945, within(1e-5));
        assertThat(EmaRamp.PUBLISHED.decay(0.9999, 2_000_000)).isEqualTo(0.9999);
        assertThat(EmaRamp.PUBLISHED.decay(0.995, 78_000)).isEqualTo(0.995);
    }

    @Test
    void theOthers() {
        assertThat(EmaRamp.NONE.decay(0.9999, 1)).isEqualTo(0.9999);
        assertThat(EmaRamp.TENTHS.decay(0.999, 8)).isEqualTo(0.5);
        assertThat(EmaRamp.TENTHS.decay(0.9, 1000)).isEqualTo(0.9);
    }
}
