package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three schedules, and what only one of them has. */
class NoiseScheduleTest {

    @Nested
    class Linear extends NoiseScheduleContract {
        @Override
        NoiseSchedule schedule(int steps) {
            return NoiseSchedule.linear(steps);
        }

        @Override
        String kind() {
            return "linear";
        }

        @Override
        double closedForm(int t, int steps) {
            double log = 0;
            for (int i = 0; i < t; i++) {
                log += Math.log1p(-(1e-4 + (0.02 - 1e-4) * i / (steps - 1)));
            }
            return Math.exp(log);
        }
    }

    @Nested
    class Cosine extends NoiseScheduleContract {
        @Override
        NoiseSchedule schedule(int steps) {
            return NoiseSchedule.cosine(steps);
        }

        @Override
        String kind() {
            return "cosine";
        }

        @Override
        double closedForm(int t, int steps) {
            // cos^2 written with the double angle.
            double angle = Math.PI * ((double) t / steps + 0.008) / 1.008;
            return (1 + Math.cos(angle)) / (1 + Math.cos(Math.PI * 0.008 / 1.008));
        }
    }

    @Nested
    class Inverted extends NoiseScheduleContract {
        @Override
        NoiseSchedule schedule(int steps) {
            return NoiseSchedule.inverted(steps);
        }

        @Override
        String kind() {
            return "inverted";
        }

        @Override
        double closedForm(int t, int steps) {
            // arccos(sqrt(u)) written as an arctangent; f(0) = 1.
            double u = (double) t / steps;
            return 2 * 1.008 / Math.PI * Math.atan2(Math.sqrt(1 - u), Math.sqrt(u)) - 0.008;
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0.02", "-1, 0.02", "0.03, 0.02", "1e-4, 1", "NaN, 0.02", "1e-4, NaN"})
    void linearRefusesBetasOutOfOrder(double beta1, double beta2) {
        assertThatThrownBy(() -> NoiseSchedule.linear(10, beta1, beta2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 0 < beta1 <= beta2 < 1, found beta1 = " + beta1);
    }

    @Test
    void linearRefusesToDrownTheSignal() {
        assertThatThrownBy(() -> NoiseSchedule.linear(1000, 0.1, 0.9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lower beta2 or the steps");
    }

    @Test
    void betasOfTheUserArePartOfTheSchedule() throws Exception {
        NoiseSchedule schedule = NoiseSchedule.linear(10, 0.001, 0.3);
        assertThat(schedule).isNotEqualTo(NoiseSchedule.linear(10));
        ObjectMapper json = new ObjectMapper();
        String text = json.writeValueAsString(schedule);
        assertThat(text)
                .isEqualTo("{\"kind\":\"linear\",\"steps\":10,\"beta1\":0.001,\"beta2\":0.3}");
        assertThat(json.readValue(text, NoiseSchedule.class)).isEqualTo(schedule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"kind\":\"sigmoid\",\"steps\":10} | expected kind linear, cosine, inverted or given",
                "{\"kind\":\"given\",\"steps\":2} | expected alphaBars with kind given",
                "{\"kind\":\"given\",\"steps\":3,\"alphaBars\":[1,0.5,0.1]} | expected 4, for t = 0 .. steps, found 3",
                "{\"kind\":\"cosine\",\"steps\":10,\"beta1\":0.1} | with kind linear only",
                "{\"kind\":\"cosine\"} | steps",
                "{\"steps\":10} | kind",
                "{\"kind\":\"cosine\",\"steps\":-1} | steps: expected at least 1, found -1"
            })
    void refusesJson(String text, String message) {
        assertThatThrownBy(() -> new ObjectMapper().readValue(text, NoiseSchedule.class))
                .hasMessageContaining(message);
    }

    /** Beyond 6440 steps the inverted formula turns negative just before T; clipping copes. */
    @Test
    void invertedStaysASchedule() {
        NoiseSchedule schedule = NoiseSchedule.inverted(10_000);
        for (int t = 1; t <= 10_000; t++) {
            assertThat(schedule.alphaBar(t))
                    .isGreaterThan(0)
                    .isLessThanOrEqualTo(schedule.alphaBar(t - 1));
        }
    }

    @Test
    void anyAlphaBarMakesASchedule() throws Exception {
        double[] alphaBars = {1, 0.9, 0.9, 0.25};
        NoiseSchedule schedule = NoiseSchedule.of(alphaBars);
        assertThat(schedule.steps()).isEqualTo(3);
        assertThat(schedule.alphaBars()).containsExactly(1, 0.9, 0.9, 0.25);
        assertThat(schedule.beta(1)).isEqualTo(1 - 0.9);
        assertThat(schedule.beta(2)).isZero();
        alphaBars[3] = 0.1;
        assertThat(schedule.alphaBar(3)).isEqualTo(0.25);
        ObjectMapper mapper = new ObjectMapper();
        String json = mapper.writeValueAsString(schedule);
        assertThat(json)
                .isEqualTo("{\"kind\":\"given\",\"steps\":3,\"alphaBars\":[1.0,0.9,0.9,0.25]}");
        assertThat(mapper.readValue(json, NoiseSchedule.class)).isEqualTo(schedule);
        assertThat(NoiseSchedule.of(alphaBars)).isNotEqualTo(schedule);
        NoiseSchedule cosine = NoiseSchedule.cosine(50);
        assertThat(NoiseSchedule.of(cosine.alphaBars()).alphaBars()).isEqualTo(cosine.alphaBars());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 0.5, expected 1 at t = 0 and less at t = 1",
        "0.9, 0.8, 0.5, expected 1 at t = 0 and less at t = 1",
        "1, 0.5, 0.6, 0.5 at t = 2",
        "1, 0.5, 0, 0.5 at t = 2",
        "1, 0.5, NaN, 0.5 at t = 2"
    })
    void alphaBarsThatAreNoneAreRefused(double first, double second, double third, String message) {
        assertThatThrownBy(() -> NoiseSchedule.of(first, second, third))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
