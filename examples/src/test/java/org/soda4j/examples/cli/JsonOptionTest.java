package org.soda4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.io.ConfigText;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class JsonOptionTest {

    private final StringWriter out = new StringWriter();

    @Command(name = "answers", description = "Answers.")
    static final class Answers extends Program {
        @Mixin private JsonOption json;

        @Override
        public Integer call() {
            json.print("1.5 and nothing");
            json.answer(new Answer(1.5, Double.NaN, Map.of("far", Double.POSITIVE_INFINITY)));
            return 0;
        }
    }

    private record Answer(double found, Double missing, Map<String, Double> more) {}

    private String run(String... args) {
        new CommandLine(new Answers()).setOut(new PrintWriter(out, true)).execute(args);
        return out.toString();
    }

    @Test
    void aPersonReadsTheText() {
        assertThat(run()).isEqualToIgnoringNewLines("1.5 and nothing");
    }

    /** JSON knows no NaN; a reader that is strict would end here. */
    @Test
    void aProgramReadsNumbersOrNull() {
        JsonNode answer = ConfigText.jsonTree(run("--json"));
        assertThat(answer.path("found").asDouble()).isEqualTo(1.5);
        assertThat(answer.path("missing").isNull()).isTrue();
        assertThat(answer.at("/more/far").isNull()).isTrue();
    }
}
