package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;

/** What every schedule must do. */
abstract class NoiseScheduleContract {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The schedule under test. */
    abstract NoiseSchedule schedule(int steps);

    /** Its name in JSON and in the reference file. */
    abstract String kind();

    /** alphaBar before clipping, in closed form, for t of 0 to steps - 1. */
    abstract double closedForm(int t, int steps);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 1000})
    void startsCleanAndOnlyLosesSignal(int steps) {
        NoiseSchedule schedule = schedule(steps);
        assertThat(schedule.steps()).isEqualTo(steps);
        assertThat(schedule.alphaBars()).hasSize(steps + 1);
        assertThat(schedule.betas()).hasSize(steps + 1);
        assertThat(schedule.alphaBar(0)).isEqualTo(1);
        assertThat(schedule.beta(0)).isZero();
        for (int t = 1; t <= steps; t++) {
            assertThat(schedule.beta(t)).isGreaterThan(0).isLessThanOrEqualTo(0.999);
            assertThat(schedule.alphaBar(t)).isGreaterThan(0).isLessThan(schedule.alphaBar(t - 1));
            assertThat(schedule.alphaBar(t))
                    .isEqualTo(schedule.alphaBar(t - 1) * (1 - schedule.beta(t)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 250, 1000})
    void followsItsFormula(int steps) {
        NoiseSchedule schedule = schedule(steps);
        for (int t = 0; t < steps; t++) {
            double expected = closedForm(t, steps);
            // A product of up to 1000 factors, each good to 1e-16 relative.
            assertThat(schedule.alphaBar(t)).isEqualTo(expected, within(1e-12 * expected + 1e-18));
        }
    }

    @Test
    void agreesWithTheReference() throws Exception {
        Path file =
                Path.of(
                        Objects.requireNonNull(
                                        NoiseScheduleContract.class.getResource(
                                                "/golden/schedules.safetensors"))
                                .toURI());
        NoiseSchedule schedule = schedule(1000);
        try (SafetensorsFile golden = Safetensors.open(file)) {
            ByteBuffer alphaBar = golden.buffer(kind() + ".alpha_bar");
            ByteBuffer beta = golden.buffer(kind() + ".beta");
            assertThat(alphaBar.remaining()).isEqualTo(1001 * Double.BYTES);
            for (int t = 0; t <= 1000; t++) {
                // The reference multiplies in float32 (eps 6e-8): seen 4.4e-7 of alphaBar in 1;
                // its betas are 1 - quotients of such numbers: seen 5.1e-5.
                assertThat(schedule.alphaBar(t)).isEqualTo(alphaBar.getDouble(), within(1.3e-6));
                assertThat(schedule.beta(t)).isEqualTo(beta.getDouble(), within(1.5e-4));
            }
        }
    }

    @Test
    void goesThroughJson() throws Exception {
        NoiseSchedule schedule = schedule(50);
        String text = JSON.writeValueAsString(schedule);
        assertThat(text).startsWith("{\"kind\":\"%s\",\"steps\":50".formatted(kind()));
        NoiseSchedule again = JSON.readValue(text, NoiseSchedule.class);
        assertThat(again).isEqualTo(schedule).hasSameHashCodeAs(schedule);
        assertThat(again.alphaBars()).isEqualTo(schedule.alphaBars());
        assertThat(schedule(51)).isNotEqualTo(schedule);
        assertThatThrownBy(
                        () ->
                                JSON.readValue(
                                        text.replace("}", ",\"offset\":1}"), NoiseSchedule.class))
                .hasMessageContaining("offset");
    }

    @Test
    void cannotBeChanged() {
        NoiseSchedule schedule = schedule(5);
        double before = schedule.alphaBar(3);
        schedule.alphaBars()[3] = 7;
        schedule.betas()[3] = 7;
        assertThat(schedule.alphaBar(3)).isEqualTo(before);
        assertThat(schedule.beta(3)).isNotEqualTo(7);
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> schedule(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("steps: expected at least 1, found 0");
        NoiseSchedule schedule = schedule(5);
        for (long t : new long[] {-1, 6, 1L << 32}) {
            assertThatThrownBy(() -> schedule.alphaBar(t))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("expected a time from 0 to 5, found " + t);
            assertThatThrownBy(() -> schedule.beta(t)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
