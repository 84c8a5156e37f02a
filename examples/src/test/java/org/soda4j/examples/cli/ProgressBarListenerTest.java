package org.soda4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.training.listener.RunEvent;

class ProgressBarListenerTest {

    @Test
    void evaluationsAreLines() {
        PrintStream before = System.err;
        Locale locale = Locale.getDefault();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            Locale.setDefault(Locale.GERMANY);
            System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
            ProgressBarListener listener = new ProgressBarListener();
            listener.evaluation(
                    new RunEvent.Evaluation(
                            Instant.EPOCH,
                            936,
                            59_904,
                            6,
                            Map.of(
                                    "probe.linear", 0.4825,
                                    "probe.knn", 0.475,
                                    "probe.knn.pixels", 0.38,
                                    "probe.knn.untrained", 0.2785,
                                    "probe.chance", 0.1,
                                    "mine.figure", 0.25)));
        } finally {
            System.setErr(before);
            Locale.setDefault(locale);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "step 936: k-NN 47.5 % (pixels 38.0, untrained 27.9, chance 10.0), linear"
                                + " probe 48.3 % (chance 10.0), mine.figure 0.250"
                                + System.lineSeparator());
    }
}
