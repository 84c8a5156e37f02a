package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.examples.doctor.FaultyCases;
import org.soda4j.io.ConfigText;

/** The command around a sweep; what it sweeps is tested in its package. */
class DoctorTest {

    private final StringWriter out = new StringWriter();

    @TempDir private Path folder;

    @Test
    void exitsWithOneIfAnythingIsWrong() throws Exception {
        Path file = folder.resolve("found/doctor.json");
        int code = run(List.of("right", "halt", "fast"), "--out", file.toString());
        assertThat(out.toString())
                .contains("processor ", "caches ", "Java ", "engine     none")
                .contains("1 CRASHED", "SIGFPE", "-Dorg.soda4j.kernels=-packed")
                .contains("goldens    skipped");
        assertThat(code).isEqualTo(1);
        assertThat(Files.readString(file))
                .contains("\"sound\" : false", "\"verdict\" : \"CRASHED\"", "\"processor\"");
    }

    @Test
    void exitsWithZeroIfNothingIs() {
        assertThat(run(List.of("right", "fast"))).as(out.toString()).isZero();
        assertThat(out.toString()).contains("Nothing is wrong: 2 cases");
    }

    @Test
    void answersInJsonAlone() {
        assertThat(run(List.of("right", "fast"), "--json")).isZero();
        JsonNode answer = ConfigText.jsonTree(out.toString());
        assertThat(answer.required("sound").asBoolean()).isTrue();
        assertThat(answer.required("rows")).hasSize(2);
        assertThat(answer.required("machine").has("processor")).isTrue();
    }

    private int run(List<String> kinds, String... args) {
        Doctor doctor =
                new Doctor(List.of(new Doctor.Part("test", FaultyCases.class, kinds, Map.of())));
        return Examples.commandLine(doctor).setOut(new PrintWriter(out)).execute(args);
    }
}
