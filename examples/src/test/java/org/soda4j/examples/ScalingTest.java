package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.soda4j.io.ConfigText;

class ScalingTest {

    @Test
    void answersInJsonAlone() {
        JsonNode answer = ConfigText.jsonTree(run("--elements", "1000", "--json"));
        assertThat(answer.at("/sum/ranks").asInt()).isEqualTo(1);
        assertThat(answer.at("/sum/elements").asInt()).isEqualTo(1000);
        assertThat(answer.at("/sum/sumSeconds").asDouble()).isPositive();
        assertThat(answer.required("steps").isNull()).isTrue();
    }

    @Test
    void saysTheSameInALine() {
        assertThat(run("--elements", "1000"))
                .startsWith("1 ranks, 1,000 numbers (0.000 GB), best of 5: memory copy ");
    }

    private static String run(String... args) {
        StringWriter out = new StringWriter();
        int code = Examples.commandLine(new Scaling()).setOut(new PrintWriter(out)).execute(args);
        assertThat(code).isZero();
        return out.toString();
    }
}
