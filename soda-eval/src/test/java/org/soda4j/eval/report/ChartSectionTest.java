package org.soda4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Curves, their axes, and numbers as people read them. */
class ChartSectionTest {

    private static ChartSection.Series line(String name, double... y) {
        double[] x = IntStream.rangeClosed(1, y.length).asDoubleStream().toArray();
        return new ChartSection.Series(name, x, y, false);
    }

    private static String html(ChartSection.Scale scale, ChartSection.Series... series) {
        return new ChartSection("Title", "step", scale, List.of(series), "caption").html();
    }

    @Test
    void fewPointsAreDotsOnALineWithTheirValues() {
        assertThat(html(ChartSection.Scale.PERCENT, line("a<b", 0, 0.5), line("c", 0.25)))
                .contains("data-name=\"a&lt;b\" data-x=\"1,2\" data-y=\"0,50\"", "data-unit=\" %\"")
                .contains("d=\"M0.0 1000.0L1000.0 0.0\"", "class=\"dot c0\" d=\"M1000.0 0.0h0\"")
                .contains("<i class=\"c0\"></i>a&lt;b", "<i class=\"c1\"></i>c")
                .contains(">50 %</span>")
                .doesNotContain("class=\"band");
    }

    /** Every second point is 0, every other 1: the mean is 0.5 and the band goes from 0 to 1. */
    @Test
    void ofManyPointsAMeanIsDrawnInABand() {
        double[] values = IntStream.range(0, 4000).mapToDouble(i -> i % 2).toArray();
        String html = html(ChartSection.Scale.LINEAR, line("a", values));
        String means = html.replaceFirst("(?s).*data-y=\"([^\"]*)\".*", "$1");
        assertThat(means.split(",")).hasSize(400).containsOnly("0.5");
        assertThat(html).contains("class=\"band c0\" d=\"M").doesNotContain("class=\"dot");
    }

    @Test
    void logarithmicWhereValuesAreApartEnoughAndPositive() {
        String apart = html(ChartSection.Scale.LOG, line("a", 1, 0.1, 0.01));
        assertThat(apart).contains(">0.01</span>", ">0.1</span>", ">1</span>");
        String zero = html(ChartSection.Scale.LOG, line("a", 1, 0));
        assertThat(zero).contains(">0.2</span>", ">0.8</span>");
    }

    @Test
    void noAxisOfSharesGoesBeyondAHundredPercent() {
        assertThat(html(ChartSection.Scale.PERCENT, line("a", 0.9)))
                .contains(">80 %</span>", ">100 %</span>")
                .doesNotContain(">120 %</span>");
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatThrownBy(() -> new ChartSection.Series("a", new double[1], new double[2], false))
                .hasMessage("curve 'a': expected as many x as y, found 1 and 2");
        assertThatThrownBy(() -> line("a", Double.NaN)).hasMessageContaining("finite");
        assertThatThrownBy(() -> html(ChartSection.Scale.LOG, line("a")))
                .hasMessage("chart 'Title': expected a curve with a point, found none");
    }

    @Test
    void ticksAreRoundNumbersWithin() {
        assertThat(ChartAxis.linear(0, 4688).ticks())
                .containsExactly(0d, 1000d, 2000d, 3000d, 4000d);
        assertThat(ChartAxis.linear(0.31, 0.62).rounded().ticks())
                .startsWith(0.30000000000000004)
                .hasSizeBetween(4, 8);
        assertThat(ChartAxis.linear(5, 5).place(5)).isEqualTo(0.5);
        assertThat(ChartAxis.logarithmic(0.02, 1.1).ticks())
                .containsExactly(0.02, 0.05, 0.1, 0.2, 0.5, 1.0);
    }

    @Test
    void numbersHaveTheDigitsThatSaySomething() {
        assertThat(
                        IntStream.range(0, 8)
                                .mapToObj(
                                        i ->
                                                Digits.value(
                                                        new double[] {
                                                                    0.0243777, 15.0403, 4688, 0,
                                                                    1.8e-10, -0.5, 123456.7, 2.5e8
                                                                }
                                                                [i])))
                .containsExactly(
                        "0.0244", "15", "4,688", "0", "1.8e-10", "-0.5", "123,457", "2.5e8");
        assertThat(Digits.axis(300_000)).isEqualTo("300k");
        assertThat(Digits.axis(1_500_000)).isEqualTo("1.5M");
        assertThat(Digits.duration(Duration.ofSeconds(90))).isEqualTo("90 seconds");
        assertThat(Digits.duration(Duration.ofMinutes(62))).isEqualTo("62 minutes");
        assertThat(Digits.duration(Duration.ofMinutes(150))).isEqualTo("2.5 hours");
    }

    @Test
    void namesAreInNaturalOrder() {
        List<String> names = List.of("obj10", "Obj2", "obj1", "b", "obj2a", "007", "7", "8");
        assertThat(Arrays.stream(NaturalOrder.of(names)).mapToObj(names::get))
                .containsExactly("007", "7", "8", "b", "obj1", "Obj2", "obj2a", "obj10");
    }
}
