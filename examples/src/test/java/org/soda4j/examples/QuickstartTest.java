package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the quickstart says before it trains. */
class QuickstartTest {

    @Test
    void saysWhichPresetItTakesAndWhy() {
        assertThat(Quickstart.choice(false, 1200, 64, false))
                .startsWith("preset minutes-16-grey: a small model whose features")
                .contains("for grey images of 16 x 16 pixels\n1200 steps of 64 images, some three");
        assertThat(Quickstart.choice(true, 10, 32, true))
                .startsWith("preset minutes-16: ")
                .endsWith("10 steps of 32 images (--steps)");
    }
}
